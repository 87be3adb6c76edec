import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AwsClients } from "../packages/aws-launcher/src/aws/aws-clients.js";
import { instanceTags, tagList } from "../packages/aws-launcher/src/plan/tags.js";
import type { MotoServer } from "../packages/result-store/src/testing/moto-server.js";
import { AgentRig } from "./agent-rig.js";
import type { CliRig } from "./cli-rig.js";
import { EmulatedBucket } from "./emulated-bucket.js";
import type { RunnerProgram } from "./runner-programs.js";

const REGION = "us-east-1";
const BUCKET = `spawn-results-${REGION}`;
const LIFE_MS = 30 * 60_000;

export interface ObservedQueueParts {
  readonly program: RunnerProgram;
  readonly moto: MotoServer;
  readonly clients: AwsClients;
  readonly queue: { readonly queue_id: string; readonly jobs: readonly object[] };
}

/**
 * A queue on an instance that EC2 knows and that is no machine: a real agent plays it here, its store in S3. What a launch
 * leaves behind is there: queue file, `instance.json`, tags.
 */
export class ObservedQueue {
  instanceId: string;
  readonly agent: AgentRig;
  readonly #parts: ObservedQueueParts;
  readonly #bucket: EmulatedBucket;

  private constructor(
    parts: ObservedQueueParts,
    instanceId: string,
    agent: AgentRig,
    bucket: EmulatedBucket,
  ) {
    this.#parts = parts;
    this.instanceId = instanceId;
    this.agent = agent;
    this.#bucket = bucket;
  }

  static async make(parts: ObservedQueueParts): Promise<ObservedQueue> {
    const { moto, clients, queue, program } = parts;
    const bucket = await EmulatedBucket.make(moto.endpoint, BUCKET);
    const instanceId = await runInstance(clients, queue.queue_id);
    const agent = await AgentRig.make(program, moto, queue);
    agent.imds.values.set("meta-data/instance-id", instanceId);
    const observed = new ObservedQueue(parts, instanceId, agent, bucket);
    await bucket.put(`${queue.queue_id}/queue.json`, JSON.stringify(queue));
    const facts = { schema_version: 1, instance_id: instanceId, generation: 1, region: REGION };
    const more = { zone: `${REGION}a`, instance_type: "t3.micro", market: "on-demand" };
    const launched_at = new Date().toISOString();
    await bucket.put(`${queue.queue_id}/instance.json`, JSON.stringify({ ...facts, ...more, launched_at }));
    return observed;
  }

  get queueId(): string {
    return this.#parts.queue.queue_id;
  }

  /** Notes the launch where the command line finds its own. */
  noteIn(rig: CliRig): void {
    const folder = join(rig.stateHome, "spawn/ec2");
    mkdirSync(folder, { recursive: true });
    const record = {
      ...{ schema_version: 1, instanceId: this.instanceId, queueId: this.queueId, region: REGION },
      ...{ storeRoot: `s3://${BUCKET}/`, account: this.#parts.moto.account },
      launchedAt: new Date().toISOString(),
    };
    writeFileSync(join(folder, `${this.instanceId}.json`), JSON.stringify(record));
  }

  /** What a command needs to reach this AWS. */
  get env(): Readonly<Record<string, string>> {
    return awsEnv(this.#parts.moto.endpoint);
  }

  startAgent(changes: Readonly<Record<string, unknown>> = {}): void {
    this.agent.configure(LIFE_MS, { store: `s3://${BUCKET}/`, ...changes });
    this.agent.start();
  }

  /** Resolves once the status in the store is one that `accept` likes. */
  async until(accept: (status: Readonly<Record<string, unknown>>) => boolean): Promise<void> {
    await this.#bucket.until(`${this.queueId}/status.json`, (text) => accept(JSON.parse(text)));
  }

  stored(key: string): Promise<string | undefined> {
    return this.#bucket.get(`${this.queueId}/${key}`);
  }

  put(key: string, body: string): Promise<void> {
    return this.#bucket.put(`${this.queueId}/${key}`, body);
  }

  /** Puts another instance in the place of its own, of which the store then tells. */
  async replaceInstance(more: object): Promise<void> {
    const { clients } = this.#parts;
    await (await clients.ec2()).importKeyPair({
      KeyName: "spawn-test",
      PublicKeyMaterial: Buffer.from(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGGCLbFUNMKTLVVTGaAqPHjC0lF3cTE5wtFfEzmlcC9R me",
      ),
    });
    this.instanceId = await runInstance(clients, this.queueId, more);
  }

  /** As an hour after its machine has ended: EC2 knows it no more. */
  async forget(): Promise<void> {
    await this.terminate();
    const Tags = [{ Key: "spawn:managed" }];
    await (await this.#parts.clients.ec2()).deleteTags({ Resources: [this.instanceId], Tags });
  }

  /** As if its machine had ended. */
  async terminate(): Promise<void> {
    await (await this.#parts.clients.ec2()).terminateInstances({ InstanceIds: [this.instanceId] });
  }
}

/** What a command needs to reach an emulated AWS. */
function awsEnv(endpoint: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
}

async function runInstance(clients: AwsClients, queueId: string, more: object = {}): Promise<string> {
  const tags = instanceTags({
    ...{
      queueId,
      ttlMs: LIFE_MS,
      deadline: new Date(Date.now() + LIFE_MS).toISOString(),
      tags: { team: "ml" },
    },
    ...{
      onComplete: "terminate",
      results: `s3://${BUCKET}/${queueId}/`,
      createdBy: "user/tester",
      generation: 1,
      launchId: queueId,
    },
  });
  const { Instances = [] } = await (await clients.ec2()).runInstances({
    ...{ MinCount: 1, MaxCount: 1, ImageId: "ami-12c6146b", InstanceType: "t3.micro", ...more },
    TagSpecifications: [{ ResourceType: "instance", Tags: tagList(tags) }],
  });
  return Instances[0]?.InstanceId ?? "";
}
