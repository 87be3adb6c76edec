import type { ResultStore } from "@spawn/result-store";
import type { QueueStatus } from "@spawn/status-model";
import { followRemoteQueue } from "../queues/remote/follow-remote-queue.js";
import type { RemoteQueue } from "../queues/remote/remote-queue.js";
import type { FollowLogsOptions } from "./follow-logs.js";
import { LogLines, tailOf } from "./log-lines.js";
import { StoredLog } from "./stored-log.js";

/** Logs reach the store in steps of some seconds: looking more often shows nothing sooner. */
const LOOK_EVERY_MS = 3_000;

/** Where a queue on EC2 and its logs are. */
export interface RemoteLogs {
  readonly queue: Pick<RemoteQueue, "look">;
  readonly store: ResultStore;
  readonly queueId: string;
}

/**
 * As `followLogs`, of a queue on EC2: at each look one request for the queue, and one for each job that may have written.
 *
 * @returns the queue's last status; `undefined` when the signal came first.
 */
export async function followRemoteLogs(
  { queue, store, queueId }: RemoteLogs,
  { jobs, tail, signal, onLine, everyMs = LOOK_EVERY_MS }: FollowLogsOptions & { readonly everyMs?: number },
): Promise<QueueStatus | undefined> {
  const open = jobs.map((job) => ({ job, log: new StoredLog(store, queueId, job), lines: new LogLines() }));
  /** Jobs of which everything was read when they were over. */
  const done = new Set<string>();
  let first = true;
  for await (const { status, last } of followRemoteQueue(queue, { everyMs, signal })) {
    const states = new Map(status.job_details.map((job) => [job.job_id, job]));
    for (const { job, log, lines } of open) {
      const state = states.get(job);
      const mayHaveWritten = state !== undefined && state.attempt > 0;
      if (done.has(job) || (!first && !last && !mayHaveWritten)) continue;
      const fresh: string[] = [];
      for await (const chunk of log.read()) fresh.push(...lines.push(chunk));
      if (last) fresh.push(...lines.end());
      for (const line of first ? tailOf(fresh, tail) : fresh) onLine(job, line);
      // The results come after the last of the log.
      if (state?.completed_at !== undefined && state.results !== undefined) done.add(job);
    }
    first = false;
    if (last) return status;
  }
  return undefined;
}
