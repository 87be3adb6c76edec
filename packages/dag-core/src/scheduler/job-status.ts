import { unreachable } from "@spawn/foundation";
import type { JobState } from "../job-state.js";

/** The word that people and the status JSON use for where a job stands. */
export type JobStatus =
  | "pending"
  | "blocked"
  | "running"
  | "retrying"
  | "completed"
  | "failed"
  | "skipped"
  | "cancelled";

export function statusOf(job: JobState): JobStatus {
  switch (job.phase) {
    case "waiting":
    case "ready":
      return "pending";
    case "running":
    case "retrying":
      return job.phase;
    case "ended":
    case "unrunnable":
      return job.state;
    default:
      return unreachable(job);
  }
}

/** Whether a job has come to rest: it ended, or can no longer run. */
export function isSettled(job: JobState): job is Extract<JobState, { phase: "ended" | "unrunnable" }> {
  return job.phase === "ended" || job.phase === "unrunnable";
}
