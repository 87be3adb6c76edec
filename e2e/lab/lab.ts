import { join } from "node:path";
import { AwsClients } from "../../packages/aws-launcher/src/aws/aws-clients.js";
import { type Moto, startMoto } from "../../packages/aws-launcher/src/testing/moto.js";
import { emulateArm64 } from "./arm64.js";
import { makeImage } from "./image.js";
import { MachineRoom } from "./machine-room.js";
import { MetadataServer } from "./metadata-server.js";
import { LabNetwork } from "./network.js";
import { RoleGuard } from "./policy/role-guard.js";
import type { AwsCall } from "./proxy/aws-call.js";
import { AwsProxy } from "./proxy/aws-proxy.js";
import { Ec2Manners } from "./proxy/ec2-manners.js";
import { Schedules } from "./proxy/schedules.js";
import { Upstream } from "./proxy/upstream.js";
import { releaseSlot, removeDeadLabs, type Slot, takeSlot } from "./slot.js";
import { HOST, type System } from "./system.js";

export const REGION = "us-east-1";
const ACCOUNT = "123456789012";
/** The emulator takes its time to load what it is first asked for. */
const FIRST_ANSWER_WITHIN_MS = 120_000;
/** As long as nobody asks for others. */
const ANY_CREDENTIALS = { accessKeyId: "AKIANOBODY", secretAccessKey: "secret" };
const ALLOW_ALL = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
/** Its children go when it goes, however that happens. */
const WITH_US = ["setpriv", "--pdeathsig", "KILL"];

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface LabOptions {
  /** Seconds that a minute of `shutdown` has on the machines. Default 60. */
  readonly shutdownMinute?: number;
  readonly seed?: number;
  /** Of all its machines. Default: the host's own, with the lab's stand-ins for systemd. */
  readonly system?: System;
  /** Whether its machines can run programs of arm64. */
  readonly arm64?: boolean;
}

/** An AWS account in one region, whose running instances are Linux machines on this host. */
export class Lab {
  readonly #inside: Inside;

  private constructor(inside: Inside) {
    this.#inside = inside;
  }

  /** Removes what labs have left whose process was killed, and makes one. Needs what `whyNoLab` looks for. */
  static async start({
    shutdownMinute = 60,
    seed = 1,
    system = HOST,
    arm64 = false,
  }: LabOptions = {}): Promise<Lab> {
    removeDeadLabs();
    const slot = takeSlot();
    let moto: Moto | undefined;
    try {
      moto = await startMoto(WITH_US);
      return new Lab(await assemble(slot, moto, { shutdownMinute, seed, system, arm64 }));
    } catch (error) {
      await moto?.stop();
      releaseSlot(slot);
      throw error;
    }
  }

  /** Where the API is, for the host and for the machines. */
  get endpoint(): string {
    return this.#inside.endpoint;
  }

  get proxy(): AwsProxy {
    return this.#inside.proxy;
  }

  get ec2(): Ec2Manners {
    return this.#inside.ec2;
  }

  get schedules(): Schedules {
    return this.#inside.schedules;
  }

  get guard(): RoleGuard {
    return this.#inside.guard;
  }

  get room(): MachineRoom {
    return this.#inside.room;
  }

  /** Of whoever launches: a user of the account who may do everything. */
  get credentials(): Credentials {
    return this.#inside.credentials;
  }

  /**
   * Whether moto, too, holds everybody to signature and policies. It knows actions and S3's resources, and no conditions,
   * takes signed listings for forged, and lets nobody take on an instance's role: so for single calls, not for long.
   */
  async enforceIam(on: boolean): Promise<void> {
    const body = on ? "0" : "inf";
    await fetch(`${this.#inside.moto.endpoint}/moto-api/reset-auth`, { method: "POST", body });
  }

  /** Past the proxy: what is, whatever the proxy says. */
  get truth(): AwsClients {
    return this.#inside.truth;
  }

  /** The launcher's own clients, through the proxy. */
  clients(): AwsClients {
    return this.clientsAs(this.credentials);
  }

  /** Those of somebody else. */
  clientsAs(
    credentials: Credentials,
    way: "through the proxy" | "past the proxy" = "through the proxy",
  ): AwsClients {
    const { endpoint, moto } = this.#inside;
    return new AwsClients({
      region: REGION,
      endpoint: way === "past the proxy" ? moto.endpoint : endpoint,
      credentials,
      firstAnswerWithinMs: FIRST_ANSWER_WITHIN_MS,
    });
  }

  async stop(): Promise<void> {
    const { schedules, room, proxy, metadata, truth, moto, slot } = this.#inside;
    schedules.close();
    await room.close();
    await proxy.close();
    await metadata.close();
    await truth.close();
    await moto.stop();
    releaseSlot(slot);
  }
}

interface Inside {
  readonly slot: Slot;
  readonly moto: Moto;
  readonly endpoint: string;
  readonly credentials: Credentials;
  readonly proxy: AwsProxy;
  readonly ec2: Ec2Manners;
  readonly schedules: Schedules;
  readonly guard: RoleGuard;
  readonly room: MachineRoom;
  readonly metadata: MetadataServer;
  readonly truth: AwsClients;
}

async function assemble(slot: Slot, moto: Moto, options: Required<LabOptions>): Promise<Inside> {
  if (options.arm64) emulateArm64(slot.name);
  const network = new LabNetwork(slot);
  const credentials = await makeOperator(moto.endpoint);
  const truth = new AwsClients({
    ...{ region: REGION, endpoint: moto.endpoint, credentials },
    firstAnswerWithinMs: FIRST_ANSWER_WITHIN_MS,
  });
  const guard = new RoleGuard(truth, ACCOUNT);
  const keys = new Map<string, string>();
  const room = new MachineRoom({
    ...{ clients: truth, network, guard },
    disks: join(slot.folder, "disks"),
    image: join(slot.folder, "image"),
    system: options.system,
    publicKey: (name) => keys.get(name),
  });
  const upstream = new Upstream(moto.endpoint);
  const ec2 = new Ec2Manners(
    upstream,
    (id) => room.view(id),
    (call) => obey(room, keys, call),
  );
  const schedules = new Schedules({
    mayTerminate: async (role, id) => guard.may(role, await terminating(guard, id)),
    terminate: async (ids) => {
      await (await truth.ec2()).terminateInstances({ InstanceIds: [...ids] });
      await room.follow();
    },
    remove: async (Name, GroupName) =>
      void (await (await truth.scheduler()).deleteSchedule({ Name, GroupName })),
  });
  const proxy = new AwsProxy({ upstream, ec2, schedules, guard, seed: options.seed });
  const endpoint = await proxy.listen(network.hostAddress);
  const metadata = new MetadataServer((address) => room.metadata(address));
  network.install(await metadata.listen(network.hostAddress));
  makeImage(join(slot.folder, "image"), { endpoint, ...options });
  return { slot, moto, endpoint, credentials, proxy, ec2, schedules, guard, room, metadata, truth };
}

async function makeOperator(endpoint: string): Promise<Credentials> {
  const clients = new AwsClients({
    ...{ region: REGION, endpoint, credentials: ANY_CREDENTIALS },
    firstAnswerWithinMs: FIRST_ANSWER_WITHIN_MS,
  });
  const iam = await clients.iam();
  const UserName = "operator";
  await iam.createUser({ UserName });
  const PolicyDocument = JSON.stringify(ALLOW_ALL);
  await iam.putUserPolicy({ UserName, PolicyName: "all", PolicyDocument });
  const { AccessKey } = await iam.createAccessKey({ UserName });
  await clients.close();
  return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
}

/** What a call that was accepted means for the machines. */
async function obey(room: MachineRoom, keys: Map<string, string>, call: AwsCall): Promise<void> {
  const { operation, form } = call;
  if (operation === "ImportKeyPair") {
    const material = Buffer.from(form.get("PublicKeyMaterial") ?? "", "base64").toString("utf8");
    keys.set(form.get("KeyName") ?? "", material.trim());
  }
  if (operation === "RebootInstances") {
    const ids = [...form].filter(([name]) => name.startsWith("InstanceId.")).map(([, id]) => id);
    for (const id of ids) await room.reboot(id);
  }
  if (/^(Run|Terminate|Stop|Start)Instances$/.test(operation)) await room.follow();
}

async function terminating(guard: RoleGuard, instanceId: string) {
  return {
    action: "ec2:TerminateInstances",
    resource: `arn:aws:ec2:${REGION}:${ACCOUNT}:instance/${instanceId}`,
    context: await guard.tagsOf(instanceId),
  };
}
