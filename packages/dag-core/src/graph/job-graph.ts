import { SpawnError } from "@spawn/foundation";
import type { DagInput, DagJob, FailureMode, JobResources } from "../input.js";
import { type Adjacency, adjacencyOf, reversed } from "./adjacency.js";
import { type Barriers, findBarriers } from "./barrier.js";
import { describeDagProblem } from "./dag-problem.js";
import { type JobKind, jobKinds } from "./job-kind.js";
import { findLanes } from "./lanes.js";
import { byPriority, pathCosts, pathWeights } from "./priority.js";
import { examineDag } from "./validate.js";

/**
 * A valid DAG, immutable. Jobs are known by their position in `jobs`; the arrays are indexed by it. Readers outside
 * this package need `jobs`, `failureMode` and `globalTimeoutMs`; the rest may change with the scheduler.
 */
export interface JobGraph extends Barriers {
  /** In file order. */
  readonly jobs: readonly DagJob[];
  readonly failureMode: FailureMode;
  /** Milliseconds. */
  readonly globalTimeoutMs?: number;
  readonly indexOf: ReadonlyMap<string, number>;
  readonly kinds: readonly JobKind[];
  /** What a job depends on, in the order in which it says so. */
  readonly dependencies: Adjacency;
  /** What depends on a job, in file order. */
  readonly dependents: Adjacency;
  /** The job that runs when this one has failed, or -1. */
  readonly handlerOf: Int32Array;
  /** The jobs that name this one in `onFailure`, in file order. */
  readonly sources: Adjacency;
  /** Milliseconds, or numbers of jobs when any job has no timeout; see `pathWeights`. */
  readonly weights: Float64Array;
  /** Jobs by priority, and each job's place in that list. */
  readonly byRank: Int32Array;
  readonly rankOf: Int32Array;
  /** The different things that jobs take of the machine. */
  readonly lanes: readonly (JobResources | undefined)[];
  /** Indexed by rank: which of `lanes` the job takes. */
  readonly laneOfRank: Int32Array;
}

/**
 * O(jobs + dependencies) and one sort.
 *
 * @throws SpawnError `bad-queue-file` with every problem that `validateDag` reports.
 */
export function buildGraph(input: DagInput): JobGraph {
  const { jobs, failureMode = "stop", globalTimeoutMs } = input;
  const { problems, indexOf, dependencyEdges, failureEdges, handlerOf, order } = examineDag(input);
  if (problems.length > 0) {
    throw new SpawnError("bad-queue-file", problems.map(describeDagProblem).join("; "), {
      hint: "Every dependency must name another job, and no job may wait for itself, directly or through others.",
    });
  }

  const size = jobs.length;
  const dependents = adjacencyOf(size, dependencyEdges);
  const dependencies = adjacencyOf(size, reversed(dependencyEdges));
  const kinds = jobKinds(jobs, handlerOf);
  const weights = pathWeights(pathCosts(jobs), dependents, order);
  const byRank = byPriority(weights);
  const rankOf = new Int32Array(size);
  for (let rank = 0; rank < size; rank += 1) rankOf[byRank[rank]!] = rank;
  return {
    jobs,
    failureMode,
    ...(globalTimeoutMs === undefined ? {} : { globalTimeoutMs }),
    indexOf,
    kinds,
    dependencies,
    dependents,
    handlerOf,
    sources: adjacencyOf(size, reversed(failureEdges)),
    weights,
    byRank,
    rankOf,
    ...findLanes(jobs, byRank),
    ...findBarriers({ kinds, dependencies, dependents, handlerOf, order }),
  };
}

/** @throws Error when there is no such job: the caller's ids come from the same DAG. */
export function indexOfJob(graph: JobGraph, id: string): number {
  const index = graph.indexOf.get(id);
  if (index === undefined) throw new Error(`no job "${id}" in this DAG`);
  return index;
}
