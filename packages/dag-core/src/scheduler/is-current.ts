import { unreachable } from "@spawn/foundation";
import type { SchedulerEvent } from "../events.js";
import { indexOfJob } from "../graph/job-graph.js";
import type { SchedulerState } from "./scheduler-state.js";

/**
 * Whether an event still means something: `false` for a timer that was overtaken, an end of an attempt that does not
 * run, a start of a job that is not ready, a request to a run that is over.
 *
 * @throws Error for an unknown job.
 */
export function isCurrent(state: SchedulerState, event: SchedulerEvent): boolean {
  switch (event.type) {
    case "queue-started":
      return !state.started;
    case "attempt-starting": {
      const job = indexOfJob(state.graph, event.job);
      return (
        mayStart(state) && state.jobs[job]!.phase === "ready" && event.attempt === state.lastAttempt[job]! + 1
      );
    }
    case "attempt-timed-out": {
      const job = state.jobs[indexOfJob(state.graph, event.job)]!;
      return (
        job.phase === "running" &&
        job.attempt === event.attempt &&
        job.deadline !== undefined &&
        job.stopping === undefined
      );
    }
    case "attempt-ended": {
      const job = state.jobs[indexOfJob(state.graph, event.job)]!;
      return job.phase === "running" && job.attempt === event.attempt;
    }
    case "backoff-elapsed": {
      const job = state.jobs[indexOfJob(state.graph, event.job)]!;
      return job.phase === "retrying" && job.attempt === event.attempt;
    }
    case "global-timeout-reached": {
      const deadline = globalDeadlineOf(state);
      return deadline !== undefined && event.t >= deadline;
    }
    case "cancel-requested":
    case "interrupt-requested":
    case "queue-continued":
      return state.started && !isOver(state);
    case "attempts-unknown":
      return state.jobs[indexOfJob(state.graph, event.job)]!.phase !== "running";
    case "queue-resumed":
      return state.outcome !== undefined;
    default:
      return unreachable(event);
  }
}

/** Whether the run has its final outcome. */
export function isOver(state: SchedulerState): boolean {
  return state.outcome !== undefined && state.outcome.state !== "interrupted";
}

/** Whether ready jobs may start now. */
export function mayStart(state: SchedulerState): boolean {
  return state.started && state.interrupt === undefined && state.outcome === undefined;
}

/** When the global timeout will still do something: not after itself, a cancel, or the end. */
export function globalDeadlineOf(state: SchedulerState): number | undefined {
  if (state.halt === "global-timeout" || state.halt === "cancelled" || isOver(state)) return undefined;
  return state.globalDeadline;
}
