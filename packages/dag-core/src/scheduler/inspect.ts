import type { InterruptCause, QueueOutcome } from "../events.js";
import { indexOfJob } from "../graph/job-graph.js";
import type { JobBudget, JobState } from "../job-state.js";
import type { JobStatus } from "./job-status.js";
import type { Halt, SchedulerState } from "./scheduler-state.js";

/** Each throws for an id that is not in the DAG. */
export function jobState(state: SchedulerState, id: string): JobState {
  return state.jobs[indexOfJob(state.graph, id)]!;
}

export function jobBudget(state: SchedulerState, id: string): JobBudget {
  const job = indexOfJob(state.graph, id);
  return {
    lastAttempt: state.lastAttempt[job]!,
    charged: state.charged[job]!,
    lossesInRow: state.lossesInRow[job]!,
  };
}

/** Attempts that have started and not ended. */
export function runningCount(state: SchedulerState): number {
  return state.running.size;
}

/** Jobs with an attempt that has started and not ended, in the order in which these started. */
export function runningJobs(state: SchedulerState): readonly string[] {
  return Array.from(state.running, (job) => state.graph.jobs[job]!.id);
}

/** Jobs per status; all but `total` add up to `total`. */
export type JobCounts = Readonly<Record<JobStatus | "total", number>>;

/** O(1). */
export function counts(state: SchedulerState): JobCounts {
  return { total: state.jobs.length, ...state.tally };
}

/** Finally failed jobs, in the order in which they failed. */
export function failedJobs(state: SchedulerState): readonly string[] {
  return Array.from(state.failures, (job) => state.graph.jobs[job]!.id);
}

/** The job that finally failed first, of those that have not been resumed since. */
export function firstFailure(state: SchedulerState): string | undefined {
  for (const job of state.failures) return state.graph.jobs[job]!.id;
  return undefined;
}

/** Set while nothing runs and nothing can. */
export function queueOutcome(state: SchedulerState): QueueOutcome | undefined {
  return state.outcome;
}

/** What holds a run up: an interrupt, else the first cause that stopped it. A failure under `continue` stops nothing. */
export function stopReason(state: SchedulerState): Halt | InterruptCause | undefined {
  return state.interrupt ?? state.stopCause;
}
