import { unreachable } from "@spawn/foundation";
import type { QueueOutcome } from "../events.js";
import type { SchedulerState } from "./scheduler-state.js";

/** The outcome of a run in which nothing runs and nothing can; `undefined` before. */
export function outcomeOf(state: SchedulerState): QueueOutcome | undefined {
  const { tally, interrupt } = state;
  if (!state.started || tally.running > 0) return undefined;
  if (tally.pending + tally.retrying === 0) return finalOutcome(state);
  return interrupt === undefined ? undefined : { state: "interrupted", reason: interrupt };
}

function finalOutcome({ stopCause, tally }: SchedulerState): QueueOutcome {
  switch (stopCause) {
    case "job-failed":
    case "global-timeout":
      return { state: "failed", reason: stopCause };
    case "cancelled":
      return { state: "cancelled", reason: stopCause };
    case undefined:
      if (tally.failed + tally.blocked > 0) return { state: "failed", reason: "job-failed" };
      if (tally.cancelled > 0) return { state: "cancelled", reason: "cancelled" };
      return { state: "completed", reason: "completed" };
    default:
      return unreachable(stopCause);
  }
}
