import type { AttemptOutcome } from "@spawn/dag-core";
import type { AttemptHistory } from "../fold/job-history.js";
import { exitCodeOf } from "../words/describe-outcome.js";
import { compactDuration } from "./compact-duration.js";
import type { AttemptStatus } from "./queue-status.js";
import { msBetween } from "./time-between.js";
import type { WallTime } from "./wall-time.js";

type OutcomeFields = Pick<AttemptStatus, "global_timeout" | "reason" | "exit_code" | "signal" | "message">;
type TimeFields = Pick<AttemptStatus, "completed_at" | "duration"> &
  Partial<Pick<AttemptStatus, "started_at">>;

/** How an attempt ended, flat. @param attempt the one that ended so */
export function outcomeFields(outcome: AttemptOutcome, attempt: AttemptHistory | undefined): OutcomeFields {
  return {
    reason: outcome.reason,
    exit_code: exitCodeOf(outcome),
    signal: outcome.reason === "signal" ? outcome.signal : undefined,
    global_timeout: outcome.reason === "timeout" ? attempt?.globalTimeout : undefined,
    message: outcome.reason === "start-failed" ? outcome.message : undefined,
  };
}

/** When an attempt that is over began and ended. */
export function pastFields(time: WallTime, attempt: AttemptHistory | undefined): TimeFields {
  if (attempt === undefined) return {};
  const { started, ended } = attempt;
  return {
    started_at: time.rfc3339(started.at),
    completed_at: ended === undefined ? undefined : time.rfc3339(ended.at),
    duration: ended === undefined ? undefined : compactDuration(msBetween(started, ended)),
  };
}

/** One entry of `previous_attempts`. */
export function attemptStatusOf(time: WallTime, attempt: AttemptHistory): AttemptStatus {
  return {
    attempt: attempt.attempt,
    started_at: time.rfc3339(attempt.started.at),
    ...pastFields(time, attempt),
    ...(attempt.outcome === undefined ? {} : outcomeFields(attempt.outcome, attempt)),
  };
}
