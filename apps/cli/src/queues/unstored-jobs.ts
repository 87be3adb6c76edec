import type { QueueStatus } from "@spawn/status-model";
import { isSettled } from "./remote/remote-queue.js";

export interface UnstoredJob {
  readonly job: string;
  readonly why: string;
}

const CUT_SHORT = "its instance was ended before its agent had stored all of it";

/**
 * The jobs of which the store does not hold all that they left behind, in the order of the queue file.
 *
 * @param status of a queue whose instance has ended
 * @param isCutShort whether its agent could not say itself what is missing
 */
export function unstoredJobs({ job_details }: QueueStatus, isCutShort: boolean): readonly UnstoredJob[] {
  return job_details.flatMap(({ job_id: job, unstored, attempt, results }) => {
    if (unstored !== undefined) return [{ job, why: unstored }];
    return isCutShort && attempt > 0 && results === undefined ? [{ job, why: CUT_SHORT }] : [];
  });
}

/**
 * The jobs that have run and of which the store has nothing at all, though their queue is over or interrupted, in the order of the
 * queue file.
 *
 * @param stored names of those of which it has something
 */
export function missingJobs(status: QueueStatus, stored: ReadonlySet<string>): readonly string[] {
  if (!isSettled(status)) return [];
  return status.job_details
    .filter(({ job_id, attempt }) => attempt > 0 && !stored.has(job_id))
    .map(({ job_id }) => job_id);
}
