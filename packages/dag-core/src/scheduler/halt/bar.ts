import { unreachable } from "@spawn/foundation";
import type { Effect, StopCause } from "../../events.js";
import type { CancelReason } from "../../job-state.js";
import { become, type Halt, type SchedulerState } from "../scheduler-state.js";
import { settle } from "../settle.js";
import { stopAttempt } from "./stop-attempt.js";

const CANCEL_REASONS: Record<Halt, CancelReason> = {
  "job-failed": "queue-stopped",
  "global-timeout": "global-timeout",
  cancelled: "cancelled",
};

/** Why a job gets no (further) attempt in this run, or `undefined` while it may. */
export function barredBy(state: SchedulerState, job: number): CancelReason | undefined {
  const { halt, forced } = state;
  const reason = halt === undefined ? undefined : CANCEL_REASONS[halt];
  const kind = state.graph.kinds[job]!;
  switch (kind) {
    case "normal":
      return reason;
    case "handler":
      return halt === "job-failed" ? undefined : reason;
    case "always-run":
      return forced ? "cancelled" : undefined;
    default:
      return unreachable(kind);
  }
}

/** Takes all that may no longer run out of the run; their running attempts get `stopCause`, if there is one. O(jobs). */
export function bar(state: SchedulerState, stopCause: StopCause | undefined, effects: Effect[]): void {
  const settled: number[] = [];
  for (const [job, own] of state.jobs.entries()) {
    const reason = barredBy(state, job);
    if (reason === undefined) continue;
    switch (own.phase) {
      case "waiting":
      case "ready":
        become(state, job, { phase: "unrunnable", state: "cancelled", reason });
        settled.push(job);
        break;
      case "retrying":
        become(state, job, {
          phase: "ended",
          state: "cancelled",
          attempt: own.attempt,
          last: own.last,
          reason,
        });
        settled.push(job);
        break;
      case "running":
        if (stopCause !== undefined) stopAttempt(state, job, stopCause, effects);
        break;
      case "ended":
      case "unrunnable":
        break;
      default:
        unreachable(own);
    }
  }
  settle(state, settled);
}
