import type { JsonValue } from "./json-value.js";

export const JOB_STATUSES = ["pending", "running", "completed", "failed", "cancelled"] as const;

export type JobStatus = (typeof JOB_STATUSES)[number];

/** What every job has. Moments are RFC 3339, in UTC, with milliseconds. */
export interface JobFacts {
  /** From 1; never used again, also when the job has been pruned. */
  readonly jobId: number;
  readonly jobType: string;
  /** 1 to 10; 10 is claimed first. */
  readonly priority: number;
  readonly config: JsonValue;
  /** What a worker must be able to do to run it; see `jobNeeds`. */
  readonly needs: string;
  readonly createdAt: string;
  /** Retries used so far. */
  readonly retryCount: number;
  /** Retries after the first attempt. */
  readonly maxRetries: number;
}

export interface PendingJob extends JobFacts {
  readonly status: "pending";
  /** A retry waits until then. */
  readonly notBefore?: string;
  /** Why its last attempt ended, when there was one. */
  readonly errorMessage?: string;
}

export interface RunningJob extends JobFacts {
  readonly status: "running";
  readonly startedAt: string;
  readonly workerId: string;
  /** When the job goes back to `pending` unless its worker renews its claim. */
  readonly leaseExpiresAt: string;
  /** Somebody wants it cancelled, and its worker is told so at its next renewal. */
  readonly cancelRequested: boolean;
}

export interface CompletedJob extends JobFacts {
  readonly status: "completed";
  readonly startedAt: string;
  readonly completedAt: string;
  readonly workerId: string;
}

export interface FailedJob extends JobFacts {
  readonly status: "failed";
  readonly startedAt: string;
  readonly completedAt: string;
  readonly workerId: string;
  readonly errorMessage: string;
}

export interface CancelledJob extends JobFacts {
  readonly status: "cancelled";
  /** Absent when it was cancelled before it had ever started. */
  readonly startedAt?: string;
  readonly completedAt: string;
  readonly workerId?: string;
  readonly errorMessage?: string;
}

export type Job = PendingJob | RunningJob | CompletedJob | FailedJob | CancelledJob;
