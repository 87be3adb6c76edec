import { mayStart } from "./is-current.js";
import type { SchedulerState } from "./scheduler-state.js";

export interface NextStart {
  readonly job: string;
  readonly attempt: number;
}

/**
 * The ready job that should start next: longest critical path first, then file order. `fits` passes over jobs for
 * which there is no room now. The decision is the caller's to record as an `attempt-starting` event, so a replay does
 * not depend on it. Nothing before `queue-started`, while interrupted, and at the end.
 */
export function nextStart(
  state: SchedulerState,
  fits: (job: string) => boolean = () => true,
): NextStart | undefined {
  if (!mayStart(state)) return undefined;
  const { jobs, byRank } = state.graph;
  const rank = state.ready.first((candidate) => fits(jobs[byRank[candidate]!]!.id));
  if (rank === undefined) return undefined;
  const job = byRank[rank]!;
  return { job: jobs[job]!.id, attempt: state.lastAttempt[job]! + 1 };
}
