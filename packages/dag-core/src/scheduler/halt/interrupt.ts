import type { Effect, InterruptCause } from "../../events.js";
import { isOver } from "../is-current.js";
import type { SchedulerState } from "../scheduler-state.js";
import { stopAttempt } from "./stop-attempt.js";

/** Nothing new starts, and what runs is stopped; all of it may go on later. */
export function requestInterrupt(state: SchedulerState, cause: InterruptCause, effects: Effect[]): void {
  if (isOver(state) || state.interrupt !== undefined) return;
  state.interrupt = cause;
  for (const job of state.running) stopAttempt(state, job, "interrupted", effects);
}
