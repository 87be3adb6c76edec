import { createHash } from "node:crypto";
import type { RunningJob } from "@spawn/job-queue";

/**
 * Names a job and no other on this machine, also where another job queue has one of the same number, or this one was
 * begun anew.
 *
 * @param location the job queue's file or address
 */
export function jobKey(
  location: string,
  { jobId, createdAt }: Pick<RunningJob, "jobId" | "createdAt">,
): string {
  const hash = createHash("sha256").update(`${location}\n${createdAt}`).digest("hex").slice(0, 10);
  return `${jobId}-${hash}`;
}

/** Names an attempt of a job that was charged: the same for who takes it over from a worker that was lost. */
export function chargedAttempt({ retryCount }: Pick<RunningJob, "retryCount">): number {
  return retryCount + 1;
}
