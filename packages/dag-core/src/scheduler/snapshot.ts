import type { InterruptCause } from "../events.js";
import { indexOfJob, type JobGraph } from "../graph/job-graph.js";
import type { JobBudget, JobState } from "../job-state.js";
import { createState } from "./create-state.js";
import { countGates } from "./gates.js";
import { outcomeOf } from "./queue-outcome.js";
import { become, type Halt, type SchedulerState } from "./scheduler-state.js";

/** One job in a snapshot. */
export interface JobSnapshot extends JobBudget {
  readonly id: string;
  readonly state: JobState;
}

/** A run at one moment as plain JSON: with its DAG, all that is needed to go on. */
export interface SchedulerSnapshot {
  readonly started: boolean;
  /** Scheduler time of the last event; absent before the first. */
  readonly now?: number;
  /** Scheduler time at which the global timeout is reached. */
  readonly globalDeadline?: number;
  /** The first cause that stopped the run. */
  readonly stopCause?: Halt;
  /** What decides now who may still run. */
  readonly halt?: Halt;
  /** `alwaysRun` jobs are cancelled too. */
  readonly forced: boolean;
  readonly interrupt?: InterruptCause;
  /** In file order. Those that wait and never had an attempt are left out. */
  readonly jobs: readonly JobSnapshot[];
  /** In the order in which they started. */
  readonly running: readonly string[];
  /** Finally failed jobs, in the order in which they failed. */
  readonly failures: readonly string[];
}

/** O(jobs). Shares nothing that later events change. */
export function snapshotOf(state: SchedulerState): SchedulerSnapshot {
  const { started, now, globalDeadline, stopCause, halt, forced, interrupt } = state;
  const idOf = (job: number): string => state.graph.jobs[job]!.id;
  return {
    started,
    ...(Number.isFinite(now) ? { now } : {}),
    ...(globalDeadline === undefined ? {} : { globalDeadline }),
    ...(stopCause === undefined ? {} : { stopCause }),
    ...(halt === undefined ? {} : { halt }),
    forced,
    ...(interrupt === undefined ? {} : { interrupt }),
    jobs: [...jobSnapshots(state)],
    running: Array.from(state.running, idOf),
    failures: Array.from(state.failures, idOf),
  };
}

function* jobSnapshots(state: SchedulerState): Generator<JobSnapshot> {
  for (const [job, own] of state.jobs.entries()) {
    const lastAttempt = state.lastAttempt[job]!;
    if (own.phase === "waiting" && lastAttempt === 0) continue;
    yield {
      id: state.graph.jobs[job]!.id,
      state: own,
      lastAttempt,
      charged: state.charged[job]!,
      lossesInRow: state.lossesInRow[job]!,
    };
  }
}

/**
 * The run that `snapshotOf` saw: the same events have the same effects in it. O(jobs + dependencies).
 *
 * @param graph built from the same input as the graph of that run
 * @throws Error for a job that is not in the DAG
 */
export function stateFrom(graph: JobGraph, snapshot: SchedulerSnapshot): SchedulerState {
  const { started, now, globalDeadline, stopCause, halt, forced, interrupt } = snapshot;
  const state: SchedulerState = {
    ...createState(graph),
    started,
    now: now ?? Number.NEGATIVE_INFINITY,
    globalDeadline,
    stopCause,
    halt,
    forced,
    interrupt,
  };
  for (const job of graph.jobs.keys()) become(state, job, { phase: "waiting" });
  for (const { id, state: own, lastAttempt, charged, lossesInRow } of snapshot.jobs) {
    const job = indexOfJob(graph, id);
    become(state, job, own);
    state.lastAttempt[job] = lastAttempt;
    state.charged[job] = charged;
    state.lossesInRow[job] = lossesInRow;
  }
  reorder(state.running, graph, snapshot.running);
  reorder(state.failures, graph, snapshot.failures);
  state.gates = countGates(graph, state.jobs);
  state.outcome = outcomeOf(state);
  return state;
}

function reorder(jobs: Set<number>, graph: JobGraph, ids: readonly string[]): void {
  jobs.clear();
  for (const id of ids) jobs.add(indexOfJob(graph, id));
}
