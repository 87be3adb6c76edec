import type { InterruptCause, QueueOutcome } from "../events.js";
import type { JobGraph } from "../graph/job-graph.js";
import type { JobState } from "../job-state.js";
import type { Gates } from "./gates.js";
import { type JobStatus, statusOf } from "./job-status.js";
import type { ReadyHeap } from "./ready-heap.js";

/** What ended the ordinary course of a run. */
export type Halt = "job-failed" | "global-timeout" | "cancelled";

/**
 * A run at one moment. Its fields are for this package alone; others read it through functions such as `jobState` and
 * `counts`. It has one owner: `transition` changes it in place, and whoever handed it in goes on with what came back.
 */
export interface SchedulerState {
  readonly graph: JobGraph;
  /** Changed through `become` alone, which keeps `ready`, `running`, `tally` and `failures` in step. */
  readonly jobs: JobState[];
  readonly ready: ReadyHeap;
  /** The ready jobs again, by what they take of the machine: one heap for each of the graph's lanes. */
  readonly lanes: readonly ReadyHeap[];
  readonly running: Set<number>;
  readonly tally: Record<JobStatus, number>;
  /** In the order in which they failed. */
  readonly failures: Set<number>;
  readonly lastAttempt: Int32Array;
  readonly charged: Int32Array;
  readonly lossesInRow: Uint8Array;
  gates: Gates;
  started: boolean;
  /** Time of the last event, in milliseconds. */
  now: number;
  /** Scheduler time at which the global timeout is reached. */
  globalDeadline: number | undefined;
  /** The first cause that stopped the run: it decides the outcome. */
  stopCause: Halt | undefined;
  /** What decides now who may still run: a cancel or a global timeout goes further than a failed job. */
  halt: Halt | undefined;
  /** `alwaysRun` jobs are cancelled too. */
  forced: boolean;
  interrupt: InterruptCause | undefined;
  /** Set while nothing runs and nothing can. */
  outcome: QueueOutcome | undefined;
}

/** The only way in which a job's state changes. */
export function become(state: SchedulerState, job: number, next: JobState): void {
  const previous = state.jobs[job]!;
  state.tally[statusOf(previous)] -= 1;
  state.tally[statusOf(next)] += 1;
  const rank = state.graph.rankOf[job]!;
  if (previous.phase === "ready") {
    state.ready.remove(rank);
    laneOf(state, rank).remove(rank);
  }
  if (previous.phase === "running") state.running.delete(job);
  if (previous.phase === "ended") state.failures.delete(job);
  if (next.phase === "ready") {
    state.ready.add(rank);
    laneOf(state, rank).add(rank);
  }
  if (next.phase === "running") state.running.add(job);
  if (next.phase === "ended" && next.state === "failed") state.failures.add(job);
  state.jobs[job] = next;
}

function laneOf(state: SchedulerState, rank: number): ReadyHeap {
  return state.lanes[state.graph.laneOfRank[rank]!]!;
}
