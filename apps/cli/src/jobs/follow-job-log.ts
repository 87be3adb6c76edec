import type { Job, JobLogRow, JobManager } from "@spawn/job-queue";

const PAGE = 1000;

/** The store tells of what is new; should it miss something, this is how long it takes. */
const LOOK_EVERY_MS = 1_000;

export interface FollowJobLog {
  readonly manager: JobManager;
  readonly jobId: number;
  /** Of what is there already, begin after this message. */
  readonly afterLogId?: number;
  readonly signal: AbortSignal;
  readonly onRow: (row: JobLogRow) => void;
}

/** Hands out a job's messages as they come. @returns the job, once it is over; `undefined` when the signal came first. */
export async function followJobLog(options: FollowJobLog): Promise<Job | undefined> {
  const { manager, jobId, signal, onRow } = options;
  let { afterLogId = 0 } = options;
  let wake = (): void => undefined;
  let isDue = false;
  const stopWatching = manager.store.watch(() => {
    isDue = true;
    wake();
  });
  const onAbort = (): void => wake();
  signal.addEventListener("abort", onAbort);
  try {
    while (!signal.aborted) {
      isDue = false;
      // Asked before reading: of a job that is over, all it has said is then read.
      const job = await manager.getJob(jobId);
      for await (const row of jobLog(manager, jobId, afterLogId)) {
        onRow(row);
        afterLogId = row.log_id;
      }
      if (job.status !== "pending" && job.status !== "running") return job;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_EVERY_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (isDue || signal.aborted) wake();
      });
    }
    return undefined;
  } finally {
    stopWatching();
    signal.removeEventListener("abort", onAbort);
  }
}

/** A job's messages that are there now, oldest first. @throws SpawnError `job-not-found`. */
export async function* jobLog(
  manager: Pick<JobManager, "getJobLogs">,
  jobId: number,
  afterLogId = 0,
): AsyncGenerator<JobLogRow, void> {
  let after = afterLogId;
  for (;;) {
    const rows = await manager.getJobLogs(jobId, { afterLogId: after, limit: PAGE });
    yield* rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.log_id ?? after;
  }
}
