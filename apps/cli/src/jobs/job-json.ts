import { type Job, jobRowOf, type Schedule, scheduleRowOf } from "@spawn/job-queue";

/** A job's row, its config as the value that it is. */
export function jobJson(job: Job): object {
  return { ...jobRowOf(job), config: job.config };
}

/** A schedule's row, its config as the value that it is. */
export function scheduleJson(schedule: Schedule): object {
  return { ...scheduleRowOf(schedule), config: schedule.config };
}
