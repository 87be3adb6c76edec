/** Why an attempt ended. `exit` carries the code, `signal` the signal's number. */
export type AttemptOutcome =
  | { readonly reason: "exit"; readonly exitCode: number }
  | { readonly reason: "signal"; readonly signal: number }
  | { readonly reason: "timeout" }
  | { readonly reason: "oom" }
  /** The command could not be started at all (no shell, no working directory). */
  | { readonly reason: "start-failed"; readonly message: string }
  /** The machine went away under it. Uses up no retry; three in a row fail the job. */
  | { readonly reason: "host-lost" }
  /** A spot notice or a shutdown ended it. Uses up no retry. */
  | { readonly reason: "interrupted" }
  | { readonly reason: "cancelled" }
  /** Its start was recorded but never happened and, by its claim file, never will. Uses up no retry. */
  | { readonly reason: "never-started" };

export type AttemptEndReason = AttemptOutcome["reason"];

/** Why somebody else ends an attempt. */
export type StopCause = "timeout" | "cancelled" | "interrupted";

/** What makes a queue stop before its end, resumable. */
export type InterruptCause = "spot" | "ttl" | "shutdown";

/**
 * What happened, in the order in which it happened. `t` is in milliseconds on a clock that never goes back, 0 when the
 * queue was started first; it goes on over restarts.
 */
export type SchedulerEvent =
  | { readonly type: "queue-started"; readonly t: number }
  /** The decision to start; its effect starts the attempt. */
  | {
      readonly type: "attempt-starting";
      readonly t: number;
      readonly job: string;
      readonly attempt: number;
      /** The GPUs that are this attempt's own, if it asked for any. */
      readonly gpus?: readonly string[];
    }
  /** The decision to end an attempt that is past its limit. */
  | { readonly type: "attempt-timed-out"; readonly t: number; readonly job: string; readonly attempt: number }
  | {
      readonly type: "attempt-ended";
      readonly t: number;
      readonly job: string;
      readonly attempt: number;
      readonly outcome: AttemptOutcome;
      /** Uniform in [0, 1): the chance in the next wait. */
      readonly random: number;
      /** When it had ended by then, at `t` or before, where it was found so. Decides nothing. */
      readonly endedAt?: number;
    }
  | { readonly type: "backoff-elapsed"; readonly t: number; readonly job: string; readonly attempt: number }
  | { readonly type: "global-timeout-reached"; readonly t: number }
  /** `force` ends `alwaysRun` jobs too and starts no more of them. */
  | { readonly type: "cancel-requested"; readonly t: number; readonly force: boolean }
  | { readonly type: "interrupt-requested"; readonly t: number; readonly cause: InterruptCause }
  /**
   * A job's attempts up to this one were begun, though nothing else is known of the last of them: their numbers are not
   * given again. While none of the job's attempts runs.
   */
  | { readonly type: "attempts-unknown"; readonly t: number; readonly job: string; readonly attempt: number }
  /** An interrupted run goes on: nothing is forgotten, nothing refreshed. */
  | { readonly type: "queue-continued"; readonly t: number }
  /** A final run goes on: the named jobs run again, with a fresh budget and the next attempt numbers. */
  | { readonly type: "queue-resumed"; readonly t: number; readonly jobs: readonly string[] };

/** A timer's event is sent as it is, with its `t` replaced by the time at which it fired. */
export type TimerEvent = Extract<
  SchedulerEvent,
  { type: "attempt-timed-out" | "backoff-elapsed" | "global-timeout-reached" }
>;

/** How a run ended. */
export type QueueOutcome =
  | { readonly state: "completed"; readonly reason: "completed" }
  | { readonly state: "failed"; readonly reason: "job-failed" | "global-timeout" }
  | { readonly state: "cancelled"; readonly reason: "cancelled" }
  /** Not final: it can be continued. */
  | { readonly state: "interrupted"; readonly reason: InterruptCause };

/** What the world is asked to do. Performing one twice is harmless. */
export type Effect =
  | { readonly type: "start-attempt"; readonly job: string; readonly attempt: number }
  | {
      readonly type: "stop-attempt";
      readonly job: string;
      readonly attempt: number;
      readonly cause: StopCause;
      /** At once, without a grace; also for an attempt that is being stopped already. */
      readonly force?: true;
    }
  /** Send `event` at time `t`, if `isCurrent` still says so then. */
  | { readonly type: "wake-at"; readonly t: number; readonly event: TimerEvent }
  | { readonly type: "finish-queue"; readonly outcome: QueueOutcome };
