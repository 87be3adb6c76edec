import type { RunningJob } from "@spawn/job-queue";
import { chargedAttempt, jobKey } from "./job-place.js";

const LONGEST_ID = 128;

/**
 * The id of a job's queue on EC2: the same for each worker that takes over an attempt, and no other's, so that claiming it in
 * the store decides who launches.
 *
 * @param wanted of the config or the queue file
 * @param round counts from 1: of an attempt that is made again, since its queue was cancelled
 */
export function ec2QueueId(wanted: string, location: string, job: RunningJob, round: number): string {
  const attempt = chargedAttempt(job);
  const tail = [
    `-${jobKey(location, job)}`,
    ...(attempt === 1 ? [] : [`-${attempt}`]),
    ...(round === 1 ? [] : [`.${round}`]),
  ].join("");
  return `${wanted.slice(0, LONGEST_ID - tail.length)}${tail}`;
}
