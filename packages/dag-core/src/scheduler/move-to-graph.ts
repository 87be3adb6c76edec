import type { JobGraph } from "../graph/job-graph.js";
import { createState } from "./create-state.js";
import { barredBy } from "./halt/bar.js";
import { isOver } from "./is-current.js";
import { outcomeOf } from "./queue-outcome.js";
import { become, type SchedulerState } from "./scheduler-state.js";
import { reconsider } from "./settle.js";

/**
 * A run that is over or interrupted, on another DAG: for going on with a changed queue file. Jobs are known by their
 * ids and keep state and budget. A new job waits; where the run is over or stopped it is cancelled, so that
 * `resumableJobs` names it. The old state must not be used any more. O(jobs + dependencies).
 *
 * @throws Error while the run goes on.
 */
export function moveToGraph(old: SchedulerState, graph: JobGraph): SchedulerState {
  if (old.outcome === undefined) throw new Error("a run that goes on cannot be moved to another DAG");
  const { now, started, globalDeadline, stopCause, halt, forced, interrupt } = old;
  const state: SchedulerState = {
    ...createState(graph),
    now,
    started,
    globalDeadline,
    stopCause,
    halt,
    forced,
    interrupt,
  };
  for (const [job, { id }] of graph.jobs.entries()) {
    const oldJob = old.graph.indexOf.get(id);
    if (oldJob !== undefined) keep(state, job, old, oldJob);
    else {
      const reason = barredBy(state, job) ?? (isOver(old) ? "queue-stopped" : undefined);
      if (reason !== undefined) become(state, job, { phase: "unrunnable", state: "cancelled", reason });
    }
  }
  keepOrderOfFailures(state, old);
  reconsider(state);
  state.outcome = outcomeOf(state);
  return state;
}

function keep(state: SchedulerState, job: number, old: SchedulerState, oldJob: number): void {
  become(state, job, old.jobs[oldJob]!);
  state.lastAttempt[job] = old.lastAttempt[oldJob]!;
  state.charged[job] = old.charged[oldJob]!;
  state.lossesInRow[job] = old.lossesInRow[oldJob]!;
}

function keepOrderOfFailures(state: SchedulerState, old: SchedulerState): void {
  state.failures.clear();
  for (const oldJob of old.failures) {
    const job = state.graph.indexOf.get(old.graph.jobs[oldJob]!.id);
    if (job !== undefined) state.failures.add(job);
  }
}
