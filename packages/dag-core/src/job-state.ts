import type { AttemptOutcome, StopCause } from "./events.js";

/** Why a job can no longer run. `blocked`: downstream of a failure. `skipped`: nothing triggered it, or what it depends on was skipped. */
export type UnrunnableState = "blocked" | "cancelled" | "skipped";

/** Why a job was cancelled: it did not run, or got no further attempt. */
export type CancelReason = "queue-stopped" | "cancelled" | "global-timeout";

/** Where a job stands. `attempt` is the last attempt's number, 0 before the first. */
export type JobState =
  /** Its dependencies, or what triggers it, are not there yet. */
  | { readonly phase: "waiting" }
  /** Starts when a slot is free. */
  | { readonly phase: "ready" }
  | {
      readonly phase: "running";
      readonly attempt: number;
      /** Scheduler time of its start. */
      readonly since: number;
      /** Scheduler time at which it is timed out. */
      readonly deadline?: number;
      /** Set once its end was decided. */
      readonly stopping?: StopCause;
    }
  | {
      readonly phase: "retrying";
      readonly attempt: number;
      readonly notBefore: number;
      readonly last: AttemptOutcome;
    }
  | {
      readonly phase: "ended";
      readonly state: "completed" | "failed" | "cancelled";
      readonly attempt: number;
      readonly last: AttemptOutcome;
      /** With `cancelled`: why it got no further attempt. */
      readonly reason?: CancelReason;
    }
  /**
   * Will not run in this run. A graver state may still replace it when news of another dependency comes: `cancelled`
   * replaces `skipped`, `blocked` replaces both. `reason` says why, with `cancelled`.
   */
  | { readonly phase: "unrunnable"; readonly state: UnrunnableState; readonly reason?: CancelReason };

/** What a job has used up since the last resume. */
export interface JobBudget {
  /** Number of the last attempt, over all resumes; 0 before the first. */
  readonly lastAttempt: number;
  /** Attempts that count against `maxAttempts`, a running one included. */
  readonly charged: number;
  /** `host-lost` ends in a row, without a spot notice between them. */
  readonly lossesInRow: number;
}
