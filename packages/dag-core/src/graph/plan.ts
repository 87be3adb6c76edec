import { neighbours } from "./adjacency.js";
import type { JobGraph } from "./job-graph.js";
import { pathCosts } from "./priority.js";

/** What is known of a run before it starts. */
export interface Plan {
  /** Jobs that could run at the same time, in file order; each list waits for something in the one before. */
  readonly generations: readonly (readonly string[])[];
  /**
   * The longest path of a run in which nothing fails, cleanup included: by the sum of timeouts, or by the number of
   * jobs when any job has no timeout.
   */
  readonly criticalPath: readonly string[];
  /** The sum of timeouts along the critical path, in milliseconds; absent when any job has no timeout. */
  readonly criticalPathMs?: number;
  /** Jobs by priority: longest critical path first, then file order. */
  readonly order: readonly string[];
  /** Per job, the longest path along its dependents, its own share included: milliseconds, or jobs as above. */
  readonly weights: ReadonlyMap<string, number>;
}

/** O(jobs + dependencies). */
export function planOf(graph: JobGraph): Plan {
  const { jobs } = graph;
  const id = (job: number): string => jobs[job]!.id;
  const costs = pathCosts(jobs);
  const certain = runsWithoutFailures(graph);
  const longest = longestPaths(graph, (job) => (certain[job] === 1 ? costs[job]! : undefined));
  const timed = jobs.every((job) => job.timeoutMs !== undefined);
  return {
    generations: generationsOf(graph).map((generation) => generation.map(id)),
    criticalPath: longest.path.map(id),
    ...(timed ? { criticalPathMs: longest.cost } : {}),
    order: Array.from(graph.byRank, id),
    weights: new Map(jobs.map((job, index) => [job.id, graph.weights[index]!])),
  };
}

export function generationsOf(graph: JobGraph): readonly (readonly number[])[] {
  const { costs: levels } = longestPaths(graph, () => 1);
  const generations: number[][] = [];
  for (let job = 0; job < levels.length; job += 1) {
    const level = levels[job]! - 1;
    generations[level] ??= [];
    generations[level].push(job);
  }
  return generations;
}

/** 1 for each job that runs when nothing fails: no handler, nor what waits for one. */
function runsWithoutFailures({ jobs, kinds, dependencies, order }: JobGraph): Uint8Array {
  const runs = new Uint8Array(jobs.length);
  for (const job of order) {
    const waitsInVain = neighbours(dependencies, job).some((dependency) => runs[dependency] === 0);
    if (kinds[job] === "always-run" || (kinds[job] === "normal" && !waitsInVain)) runs[job] = 1;
  }
  return runs;
}

interface LongestPaths {
  /** Up to each job, its own included; 0 for jobs left out. */
  readonly costs: Float64Array;
  readonly cost: number;
  readonly path: readonly number[];
}

/** Longest paths over all that jobs wait for: dependencies, failures, barriers. `costOf` leaves a job out with `undefined`. */
function longestPaths(graph: JobGraph, costOf: (job: number) => number | undefined): LongestPaths {
  const { dependencies, sources, barriers, barrierOf } = graph;
  const costs = new Float64Array(graph.jobs.length);
  const before = new Int32Array(graph.jobs.length).fill(-1);
  const lastAt = barriers.map(() => -1);
  let end = -1;
  const later = (a: number, b: number): number => (a === -1 || costs[b]! > costs[a]! ? b : a);

  for (const job of graph.order) {
    const cost = costOf(job);
    if (cost === undefined) continue;
    let last = lastAt[barrierOf[job]!] ?? -1;
    for (const dependency of neighbours(dependencies, job)) last = later(last, dependency);
    for (const source of neighbours(sources, job)) last = later(last, source);
    before[job] = last;
    costs[job] = cost + (last === -1 ? 0 : costs[last]!);
    end = later(end, job);
    for (const [index, { awaited }] of barriers.entries()) {
      if (awaited[job] === 1) lastAt[index] = later(lastAt[index]!, job);
    }
  }

  const path: number[] = [];
  for (let job = end; job !== -1; job = before[job]!) path.push(job);
  return { costs, cost: end === -1 ? 0 : costs[end]!, path: path.reverse() };
}
