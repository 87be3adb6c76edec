import type { Effect } from "../../events.js";
import type { SchedulerState } from "../scheduler-state.js";
import { bar } from "./bar.js";
import { limitCleanup } from "./cleanup-limit.js";

/** What runs fails, the rest is cancelled, and `alwaysRun` jobs clean up. */
export function reachGlobalTimeout(state: SchedulerState, t: number, effects: Effect[]): void {
  state.stopCause ??= "global-timeout";
  state.halt = "global-timeout";
  bar(state, "timeout", effects);
  limitCleanup(state, t, effects);
}
