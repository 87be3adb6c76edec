import type { SchedulerState } from "../scheduler-state.js";
import { bar } from "./bar.js";

/** A job has finally failed under `stop`: what runs goes on, handlers and `alwaysRun` jobs still run, the rest does not. */
export function stopAfterFailure(state: SchedulerState): void {
  if (state.halt !== undefined) return;
  state.stopCause = "job-failed";
  state.halt = "job-failed";
  bar(state, undefined, []);
}
