import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { ExpectStatic } from "vitest";
import type { AwsClients } from "../../packages/aws-launcher/src/aws/aws-clients.js";
import { Ec2Launcher } from "../../packages/aws-launcher/src/ec2-launcher.js";
import { systemProcesses } from "../../packages/aws-launcher/src/launch/reconcile.js";
import type { Ec2LaunchRequest } from "../../packages/aws-launcher/src/request.js";
import { systemClock, systemRandom } from "../../packages/foundation/src/index.js";
import { openS3Store } from "../../packages/result-store/src/s3-store/open-s3-store.js";
import { Lab, type LabOptions, REGION } from "./lab.js";
import { labRunner, labRunnerArm64 } from "./lab-runner.js";
import type { Machine } from "./machine.js";
import { storeRunnerBefore } from "./stored-runner.js";

/** The account's own, as `spawn launch` finds it. */
export const BUCKET = `spawn-results-${REGION}`;
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 100;

type Store = Awaited<ReturnType<typeof openS3Store>>;

interface Queue {
  readonly queue_id: string;
  readonly jobs: readonly object[];
}

/** A lab and whoever launches into it. */
export class LabRig {
  readonly lab: Lab;
  readonly #clients: AwsClients;
  readonly #store: Store;
  readonly launcher: Ec2Launcher;
  readonly folder = mkdtempSync(join(tmpdir(), "spawn-lab-"));
  readonly #before = { ...process.env };

  private constructor(lab: Lab, store: Store) {
    this.lab = lab;
    this.#clients = lab.clients();
    this.#store = store;
    this.launcher = this.launcherAhead(0);
  }

  /** One whose clock is ahead, for what only time makes old. */
  launcherAhead(ms: number): Ec2Launcher {
    const clock = systemClock();
    return new Ec2Launcher({
      clients: this.#clients,
      clock: { ...clock, wallMs: () => clock.wallMs() + ms },
      random: systemRandom(),
      processes: systemProcesses(),
      stateFolder: join(this.folder, "state"),
      ...{ store: this.#store, bucket: BUCKET, prefix: "" },
      runners: { x86_64: labRunner() ?? "", arm64: labRunnerArm64() ?? "" },
      createdBy: "lab",
    });
  }

  /** @param options `isFirst`: nothing was ever launched here, so the first launch makes the bucket and stores the runner */
  static async start({
    isFirst = false,
    ...options
  }: LabOptions & { isFirst?: boolean } = {}): Promise<LabRig> {
    const lab = await Lab.start(options);
    Object.assign(process.env, labEnvironment(lab));
    if (!isFirst) {
      await (await lab.truth.s3()).createBucket({ Bucket: BUCKET });
      await storeRunnerBefore(lab.truth, BUCKET, labRunner() ?? "");
    }
    const store = await openS3Store(`s3://${BUCKET}/`, { patience: "person", region: REGION });
    return new LabRig(lab, store);
  }

  /** What a command needs to use the lab's AWS. */
  get environment(): Readonly<Record<string, string>> {
    return labEnvironment(this.lab);
  }

  async launch(queue: Queue, more: Partial<Ec2LaunchRequest> = {}): Promise<string> {
    const { instanceId } = await this.launcher.launch({
      queueId: queue.queue_id,
      queueFile: JSON.stringify(queue),
      tags: {},
      instanceTypes: ["t3.micro"],
      ttlMs: 30 * 60_000,
      keepOnFailureMs: 0,
      market: { kind: "on-demand" },
      role: { kind: "made", templates: [], statements: [], secrets: [] },
      carried: {},
      ...more,
    });
    return instanceId;
  }

  /** An object of a queue; `undefined` where there is none. */
  async stored(key: string): Promise<string | undefined> {
    try {
      const { Body } = await (await this.lab.truth.s3()).getObject({ Bucket: BUCKET, Key: key });
      return await Body?.transformToString();
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchKey") return undefined;
      throw error;
    }
  }

  /** All keys below a prefix, in order. */
  async keys(Prefix = ""): Promise<readonly string[]> {
    const { Contents = [] } = await (await this.lab.truth.s3()).listObjectsV2({ Bucket: BUCKET, Prefix });
    return Contents.map(({ Key = "" }) => Key).sort();
  }

  /** `status.json` of a queue; empty while there is none. */
  async status(queueId: string): Promise<Readonly<Record<string, unknown>>> {
    const text = await this.stored(`${queueId}/status.json`);
    return text === undefined ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);
  }

  machine(instanceId: string): Machine {
    return this.lab.room.machine(instanceId);
  }

  /** Resolves once a file is on the machine's disk. */
  async untilWritten(instanceId: string, path: string): Promise<void> {
    await this.until(`${path} is written`, async () => this.machine(instanceId).written(path) !== undefined);
  }

  /** That a job's results are what its manifest says, and no other. */
  async expectStored(
    expect: ExpectStatic,
    queueId: string,
    job: string,
    names: readonly string[],
  ): Promise<void> {
    const text = await this.stored(`${queueId}/${job}/manifest.json`);
    const { files } = JSON.parse(text ?? "{}") as {
      files: readonly { key: string; sha256: string; size: number }[];
    };
    const folder = `${queueId}/${job}/results/`;
    expect(await this.keys(folder)).toEqual(names.map((name) => folder + name));
    expect(files.map(({ key }) => key.split("/").at(-1)).sort()).toEqual(names);
    const s3 = await this.lab.truth.s3();
    for (const name of names) {
      const { Body } = await s3.getObject({ Bucket: BUCKET, Key: folder + name });
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      const file = files.find(({ key }) => key.endsWith(`/${name}`));
      expect(createHash("sha256").update(bytes).digest("hex"), name).toBe(file?.sha256);
    }
    const { Uploads = [] } = await s3.listMultipartUploads({ Bucket: BUCKET, Prefix: folder });
    expect(Uploads).toEqual([]);
  }

  /** Names of what is carried for queues. */
  async parameters(): Promise<readonly string[]> {
    const ssm = await this.lab.truth.ssm();
    const { Parameters = [] } = await ssm.getParametersByPath({ Path: "/spawn/", Recursive: true });
    return Parameters.map(({ Name = "" }) => Name);
  }

  /** As EC2 has it. */
  async state(instanceId: string): Promise<string> {
    return (await this.launcher.find(instanceId)).state;
  }

  async untilStatus(queueId: string, status: string): Promise<void> {
    await this.until(`${queueId} is ${status}`, async () => (await this.status(queueId)).status === status);
  }

  async untilState(instanceId: string, state: string, withinMs = PATIENCE_MS): Promise<void> {
    await this.until(
      `${instanceId} is ${state}`,
      async () => (await this.state(instanceId)) === state,
      withinMs,
    );
  }

  /** Resolves once a condition holds. @throws Error with what all machines have to say. */
  async until(what: string, holds: () => Promise<boolean>, withinMs = PATIENCE_MS): Promise<void> {
    const end = Date.now() + withinMs;
    while (!(await holds())) {
      if (Date.now() > end) throw new Error(`waited in vain until ${what}\n${this.describe()}`);
      await wait(LOOK_EVERY_MS);
    }
  }

  describe(): string {
    const { room, guard } = this.lab;
    const denials = guard.denials.map((denial) => `denied: ${JSON.stringify(denial)}`);
    return [...room.failures, ...denials, ...room.machines.map((machine) => machine.describe())].join("\n");
  }

  async stop(): Promise<void> {
    await this.#clients.close();
    await this.lab.stop();
    rmSync(this.folder, { recursive: true, force: true });
    for (const name of Object.keys(labEnvironment(this.lab))) {
      const before = this.#before[name];
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    }
  }
}

/** How the AWS SDK and the CLI find the lab's AWS. */
function labEnvironment({ endpoint, credentials }: Lab): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}
