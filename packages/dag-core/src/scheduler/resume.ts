import { indexOfJob } from "../graph/job-graph.js";
import { become, type SchedulerState } from "./scheduler-state.js";
import { reconsider } from "./settle.js";

/**
 * Makes the named jobs wait again, with a fresh budget and the next attempt numbers, and forgets what stopped the run.
 * All others that are settled keep their state: a failed job that is not named still counts as failed, and what is not
 * named stays blocked. What was ready or between two attempts is looked at again, its budget as it was.
 * O(jobs + dependencies).
 */
export function resume(state: SchedulerState, t: number, jobs: readonly string[]): void {
  for (const id of jobs) {
    const job = indexOfJob(state.graph, id);
    become(state, job, { phase: "waiting" });
    state.charged[job] = 0;
    state.lossesInRow[job] = 0;
  }
  state.stopCause = undefined;
  state.halt = undefined;
  state.forced = false;
  state.interrupt = undefined;
  const { globalTimeoutMs } = state.graph;
  state.globalDeadline = globalTimeoutMs === undefined ? undefined : t + globalTimeoutMs;
  reconsider(state);
}
