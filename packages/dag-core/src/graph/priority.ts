import type { DagJob } from "../input.js";
import { type Adjacency, neighbours } from "./adjacency.js";

/** What a job adds to a path: its timeout in milliseconds, or 1 for every job when any has none. */
export function pathCosts(jobs: readonly DagJob[]): Float64Array {
  const costs = new Float64Array(jobs.length).fill(1);
  if (jobs.some((job) => job.timeoutMs === undefined)) return costs;
  for (const [index, job] of jobs.entries()) costs[index] = job.timeoutMs ?? 1;
  return costs;
}

/** The cost of the longest path from each job along its dependents, its own included. O(jobs + dependencies). */
export function pathWeights(costs: Float64Array, dependents: Adjacency, order: Int32Array): Float64Array {
  const weights = new Float64Array(costs.length);
  for (let index = order.length - 1; index >= 0; index -= 1) {
    const job = order[index]!;
    let longest = 0;
    for (const dependent of neighbours(dependents, job)) longest = Math.max(longest, weights[dependent]!);
    weights[job] = costs[job]! + longest;
  }
  return weights;
}

/** Jobs by priority: the heaviest first, then file order. */
export function byPriority(weights: Float64Array): Int32Array {
  return Int32Array.from(weights.keys()).sort((a, b) => weights[b]! - weights[a]! || a - b);
}
