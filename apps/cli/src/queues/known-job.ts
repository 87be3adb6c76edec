import { SpawnError } from "@spawn/foundation";
import { didYouMean } from "../suggestions/nearest.js";

/** More job ids than these help nobody. */
const MOST_NAMED = 20;

/** @throws SpawnError `job-not-found` unless `job` is one of the queue's jobs. */
export function requireJob(queueId: string, jobs: readonly string[], job: string): void {
  if (!jobs.includes(job)) throw jobNotFound(queueId, jobs, job);
}

/** @param jobs of the queue, as far as they are known */
export function jobNotFound(queueId: string, jobs: readonly string[], job: string): SpawnError {
  const more = jobs.length - MOST_NAMED;
  const named = jobs.slice(0, MOST_NAMED).join(", ");
  const hints = [
    didYouMean(job, jobs),
    jobs.length === 0 ? undefined : `Its jobs: ${more > 0 ? `${named} and ${more} more` : named}`,
  ].filter((hint) => hint !== undefined);
  return new SpawnError("job-not-found", `queue ${queueId} has no job ${job}`, {
    ...(hints.length === 0 ? {} : { hint: hints.join("\n") }),
  });
}
