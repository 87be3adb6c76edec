import { isLive, readStoredInstance } from "@spawn/aws-launcher";
import type { QueueSpec } from "@spawn/config-schema";
import type { RunningJob } from "@spawn/job-queue";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import type { Ec2Access } from "../aws/ec2-access.js";
import { storePlace } from "../aws/store-root.js";
import type { Context } from "../context.js";
import { validSpec } from "../launching/prepare-launch.js";
import { readQueueFile } from "../launching/queue-file.js";
import { instanceReference } from "../queues/find-on-ec2.js";
import type { Ec2Reference } from "../queues/queue-reference.js";
import { openRemoteQueue } from "../queues/remote/open-remote-queue.js";
import { ec2QueueId } from "./ec2-queue-id.js";
import type { Ec2QueueConfig } from "./queue-config.js";
import { JOB_TAG, runTag } from "./queue-run.js";

/** What is there of the queue of an attempt at a job. */
export type Ec2Run =
  | { readonly kind: "launched"; readonly reference: Ec2Reference }
  /** Somebody has claimed its id and has not launched it, or not to the end. */
  | {
      readonly kind: "begun";
      readonly queueId: string;
      /** Milliseconds since the Unix epoch, by the store's clock. */
      readonly sinceMs: number;
      /** Whether it is known that whoever began is dead, and that nothing is left of it. */
      readonly isSettled: boolean;
    }
  | { readonly kind: "none"; readonly queueId: string };

export interface Ec2RunQuery {
  readonly config: Ec2QueueConfig;
  /** The job queue's file or address. */
  readonly location: string;
  readonly job: RunningJob;
}

/**
 * Looks for the queue that a worker before launched for this attempt, and ends what a worker that was killed in the middle
 * of a launch here has left. A queue that was cancelled does not count: the job was then retried.
 *
 * @throws SpawnError where AWS or the store cannot be asked; `bad-queue-file`.
 */
export async function findEc2Run(context: Context, query: Ec2RunQuery): Promise<Ec2Run> {
  const { config, location, job } = query;
  const access = await context.ec2(config.ec2.region);
  const settled = await access.endLeftovers();
  const tag = runTag(location, job);
  for (const instance of await access.list()) {
    if (instance.tags[JOB_TAG] !== tag || !isLive(instance)) continue;
    const reference = instanceReference(instance);
    if (!(await isCancelled(context, reference))) return { kind: "launched", reference };
  }
  const spec = validSpec(
    readQueueFile(config.options.file, () => true),
    false,
  );
  const { storeRoot, isMissing } = await storePlace(access, spec, await context.settings());
  const store = isMissing ? undefined : await access.storeAt(storeRoot);
  for (let round = 1; ; round += 1) {
    const queueId = ec2QueueId(wantedId(config, spec), location, job, round);
    const run = store === undefined ? undefined : await storedRun(access, store, queueId, settled);
    if (run === undefined) return { kind: "none", queueId };
    if (run.kind !== "launched" || !(await isCancelled(context, run.reference))) return run;
  }
}

function wantedId({ options }: Ec2QueueConfig, spec: QueueSpec): string {
  return options.queueId ?? spec.queueId ?? "queue";
}

/** @param settled queues whose launch was ended here just now */
async function storedRun(
  access: Ec2Access,
  store: ResultStore,
  queueId: string,
  settled: readonly string[],
): Promise<Ec2Run | undefined> {
  const keys = queueKeys(queueId);
  const claim = await store.readIfChanged(keys.claim);
  if (claim.kind !== "changed") return undefined;
  const stored = readStoredInstance(await store.readBytes(keys.instance));
  const isSettled = settled.includes(queueId);
  const hasBegun = (await store.readBytes(keys.status, { from: 0, to: 1 })) !== undefined;
  if (!hasBegun && (stored === undefined || isSettled))
    return { kind: "begun", queueId, sinceMs: claim.modifiedMs, isSettled };
  const { region = access.region, instance_id: instanceId } = stored ?? {};
  const storeRoot = store.location;
  const account = await access.account();
  return {
    kind: "launched",
    reference: { kind: "ec2", queueId, storeRoot, region, account, instanceId, instance: undefined },
  };
}

async function isCancelled(context: Context, reference: Ec2Reference): Promise<boolean> {
  const { status } = await (await openRemoteQueue(context, reference)).look();
  return status === "cancelled";
}
