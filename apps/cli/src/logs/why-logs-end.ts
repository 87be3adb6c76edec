import { describeQueueReason, type QueueStatus } from "@spawn/status-model";

/**
 * Why the logs of a queue that is not over end here, and how to go on; `undefined` of one that is over.
 *
 * @param jobs whose logs were followed
 * @param ref what later commands call the queue by
 */
export function whyLogsEnd(
  { status, reason, job_details }: QueueStatus,
  jobs: readonly string[],
  ref: string,
): string | undefined {
  if (status !== "interrupted" || reason === undefined) return undefined;
  const unwatched = job_details.filter((job) => job.reason === "unwatched" && jobs.includes(job.job_id));
  return [
    `The queue is interrupted: ${describeQueueReason(reason)}.`,
    ...unwatched.map(
      ({ job_id }) => `${job_id} may go on. What it wrote: spawn queue logs ${ref} ${job_id} --raw`,
    ),
    `To go on where it stopped: spawn queue resume ${ref}`,
  ].join("\n");
}
