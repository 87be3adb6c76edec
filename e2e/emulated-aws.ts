import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AwsClients } from "../packages/aws-launcher/src/aws/aws-clients.js";
import { type MotoServer, startMoto } from "../packages/result-store/src/testing/moto-server.js";
import { RoleGuard } from "./lab/policy/role-guard.js";
import { refusal } from "./lab/proxy/answer.js";
import { AwsProxy } from "./lab/proxy/aws-proxy.js";
import { Ec2Manners } from "./lab/proxy/ec2-manners.js";
import { Schedules } from "./lab/proxy/schedules.js";
import { Upstream } from "./lab/proxy/upstream.js";

const REGION = "us-east-1";
const ACCOUNT = "123456789012";
const CREDENTIALS = { accessKeyId: "AKIALAUNCHER", secretAccessKey: "secret-of-the-launcher" };
/** The emulator takes its time to load what it is first asked for. */
const PATIENT = { credentials: CREDENTIALS, firstAnswerWithinMs: 120_000 };
const MACHINE_X86_64 = 0x3e;

/** An AWS account whose instances do nothing: its API, with AWS's manners, and no machine behind it. */
export class EmulatedAws {
  /** Past the proxy: for what plays an instance. */
  readonly moto: MotoServer;
  readonly proxy: AwsProxy;
  readonly ec2: Ec2Manners;
  readonly endpoint: string;
  /** Past the proxy: what is. */
  readonly truth: AwsClients;

  private constructor(moto: MotoServer, proxy: AwsProxy, ec2: Ec2Manners, endpoint: string) {
    this.moto = moto;
    this.proxy = proxy;
    this.ec2 = ec2;
    this.endpoint = endpoint;
    this.truth = new AwsClients({ region: REGION, endpoint: moto.endpoint, ...PATIENT });
  }

  static async start(): Promise<EmulatedAws> {
    const moto = await startMoto();
    const upstream = new Upstream(moto.endpoint);
    const nothing = async (): Promise<void> => {};
    const ec2 = new Ec2Manners(upstream, () => ({}), nothing);
    const schedules = new Schedules({ mayTerminate: async () => false, terminate: nothing, remove: nothing });
    schedules.close();
    const clients = new AwsClients({ region: REGION, endpoint: moto.endpoint, ...PATIENT });
    const proxy = new AwsProxy({ upstream, ec2, schedules, guard: new RoleGuard(clients, ACCOUNT), seed: 1 });
    return new EmulatedAws(moto, proxy, ec2, await proxy.listen("127.0.0.1"));
  }

  /** What a command needs to use it. */
  get env(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_REGION: REGION,
    };
  }

  /** What a machine sees of it: the emulator itself. */
  get machine(): { readonly endpoint: string; readonly account: string } {
    return { endpoint: this.moto.endpoint, account: ACCOUNT };
  }

  /** Every call of a service, or of one operation, is answered so. */
  refuse(
    code: string,
    message: string,
    status: number,
    which: { service?: string; operation?: string } = {},
  ): void {
    this.proxy.fault = ({ service, operation }) =>
      (which.service ?? service) === service && (which.operation ?? operation) === operation
        ? { kind: "refuse", refusal: refusal(code, message, status) }
        : undefined;
  }

  /** As a new account, with nothing in it. */
  async reset(): Promise<void> {
    this.proxy.fault = () => undefined;
    this.ec2.hasCapacity = () => true;
    this.proxy.calls.length = 0;
    await this.moto.reset();
  }

  /** Resolves when nothing that was asked is still being carried out. */
  quiet(): Promise<void> {
    return this.proxy.quiet();
  }

  /** What was asked, but for what changes nothing. */
  get changes(): readonly string[] {
    return this.proxy.calls
      .map(({ operation }) => operation)
      .filter((operation) => !/^(Get|List|Describe|Head)/.test(operation));
  }

  async stop(): Promise<void> {
    await this.proxy.close();
    await this.truth.close();
    await this.moto.stop();
  }
}

/** A file that is a Linux program by its first bytes alone. */
export function runnerStandIn(folder: string): string {
  const header = Buffer.alloc(64);
  header.write("\x7fELF", "latin1");
  header.writeUInt16LE(MACHINE_X86_64, 18);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "runner-stand-in");
  writeFileSync(path, header);
  return path;
}
