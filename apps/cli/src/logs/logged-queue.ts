import { readFileSync } from "node:fs";
import { instanceLayout } from "@spawn/attempt-runner";
import { loadQueueFile } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import { attemptsBegun, queueKeys } from "@spawn/result-store";
import type { QueueStatus } from "@spawn/status-model";
import type { Context } from "../context.js";
import { namesIn } from "../names-in.js";
import type { QueueReference } from "../queues/queue-reference.js";
import { storeOf } from "../queues/store-of.js";

/** What is needed of a queue to show its logs: its jobs in file order, each with its last attempt, 0 before the first. */
export interface LoggedQueue {
  readonly queueId: string;
  /** Whether no more can come; not known to be where the journal cannot be read. */
  readonly isOver: boolean;
  readonly jobs: readonly { readonly job: string; readonly attempt: number }[];
}

export function loggedQueue({ queue_id, completed_at, job_details }: QueueStatus): LoggedQueue {
  const jobs = job_details.map(({ job_id, attempt }) => ({ job: job_id, attempt }));
  return { queueId: queue_id, isOver: completed_at !== undefined, jobs };
}

/** As far as the queue's file and its attempts' files tell: for one whose journal cannot be read. */
export async function loggedQueueOfFiles(context: Context, reference: QueueReference): Promise<LoggedQueue> {
  const { queueId } = reference;
  const { text, begun } =
    reference.kind === "local" ? filesHere(reference.instance.root) : await filesStored(context, reference);
  const { spec } = loadQueueFile(text, { fileName: "queue.json" });
  if (spec === undefined) {
    throw new SpawnError("bad-queue-file", `the queue file of ${queueId} cannot be read either`);
  }
  const jobs = spec.jobs.map(({ id }) => ({ job: id, attempt: begun.get(id) ?? 0 }));
  return { queueId, isOver: false, jobs };
}

interface QueueFiles {
  readonly text: string;
  readonly begun: ReadonlyMap<string, number>;
}

function filesHere(root: string): QueueFiles {
  const { queueFile, claims } = instanceLayout(root);
  const begun = new Map<string, number>();
  for (const name of namesIn(claims)) {
    const [, job, attempt] = /^(.+)\.([1-9]\d*)$/.exec(name) ?? [];
    if (job !== undefined) begun.set(job, Math.max(begun.get(job) ?? 0, Number(attempt)));
  }
  return { text: readFileSync(queueFile, "utf8"), begun };
}

async function filesStored(context: Context, reference: QueueReference): Promise<QueueFiles> {
  const { queueId } = reference;
  const store = await storeOf(context, reference);
  const text = Buffer.from((await store.readBytes(queueKeys(queueId).queueFile)) ?? []).toString("utf8");
  return { text, begun: new Map(await attemptsBegun(store, queueId)) };
}
