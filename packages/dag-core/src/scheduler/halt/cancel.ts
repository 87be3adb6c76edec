import type { Effect } from "../../events.js";
import { isOver } from "../is-current.js";
import type { SchedulerState } from "../scheduler-state.js";
import { bar } from "./bar.js";
import { limitCleanup } from "./cleanup-limit.js";

/** What runs is stopped, the rest is cancelled, and `alwaysRun` jobs clean up; by force, they are cancelled too. */
export function requestCancel(state: SchedulerState, t: number, force: boolean, effects: Effect[]): void {
  if (isOver(state)) return;
  const further = state.halt === undefined || state.halt === "job-failed";
  if (!further && (!force || state.forced)) return;
  state.stopCause ??= "cancelled";
  if (further) state.halt = "cancelled";
  state.forced = force;
  bar(state, "cancelled", effects);
  limitCleanup(state, t, effects);
}
