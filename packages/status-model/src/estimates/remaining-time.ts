import { blockedBy, jobState } from "@spawn/dag-core";
import { unreachable } from "@spawn/foundation";
import type { QueueFold } from "../fold/queue-fold.js";
import { type Progress, timeLeftMs } from "../progress/progress.js";
import { expectedJobs } from "./expected-jobs.js";
import { longestPathMs } from "./longest-path.js";

/**
 * What remains of the critical path at scheduler time `t`, in milliseconds, if nothing more fails: of a running job what
 * its progress leaves, else its timeout; of any other its timeout; of a retrying one the wait before it as well.
 *
 * @returns `undefined` when a job that will still run gives neither
 */
export function remainingMs(
  fold: QueueFold,
  t: number,
  progressOf: (job: string) => Progress | undefined,
): number | undefined {
  const { graph, scheduler } = fold;
  const timeouts = new Map(graph.jobs.map(({ id, timeoutMs }) => [id, timeoutMs]));
  const costOf = (id: string): number | undefined => {
    const state = jobState(scheduler, id);
    switch (state.phase) {
      case "waiting":
      case "ready":
        return timeouts.get(id);
      case "retrying": {
        const timeoutMs = timeouts.get(id);
        return timeoutMs === undefined ? undefined : Math.max(0, state.notBefore - t) + timeoutMs;
      }
      case "running": {
        const progress = progressOf(id);
        const byProgress = progress === undefined ? undefined : timeLeftMs(progress, t - state.since);
        if (byProgress !== undefined) return byProgress;
        return state.deadline === undefined ? undefined : Math.max(0, state.deadline - t);
      }
      case "ended":
      case "unrunnable":
        return 0;
      default:
        return unreachable(state);
    }
  };
  const expected = expectedJobs(graph, scheduler);
  const costs = new Map<string, number>();
  for (const id of expected) {
    const cost = costOf(id);
    if (cost === undefined) return undefined;
    costs.set(id, cost);
  }
  return longestPathMs(
    expected,
    (id) => costs.get(id) ?? 0,
    (id) => blockedBy(scheduler, id).filter((other) => expected.has(other)),
  );
}
