import { type JobGraph, planOf } from "@spawn/dag-core";
import { formatDuration } from "@spawn/foundation";

export interface EstimatedDuration {
  /** Milliseconds. */
  readonly ms: number;
  /** Set where a job has no timeout, so that nothing bounds it. */
  readonly atLeast: boolean;
}

/** Timeouts along the critical path of the plan: how long the queue takes if every job uses up its limit once. */
export function estimatedDuration(graph: JobGraph): EstimatedDuration {
  const { criticalPath, criticalPathMs } = planOf(graph);
  if (criticalPathMs !== undefined) return { ms: criticalPathMs, atLeast: false };
  const timeouts = new Map(graph.jobs.map(({ id, timeoutMs }) => [id, timeoutMs ?? 0]));
  return { ms: criticalPath.reduce((sum, id) => sum + (timeouts.get(id) ?? 0), 0), atLeast: true };
}

/** `6h 15m`, `at least 30m`; `unknown` where no job on the path has a timeout. */
export function describeEstimatedDuration({ ms, atLeast }: EstimatedDuration): string {
  if (!atLeast) return formatDuration(ms);
  return ms === 0 ? "unknown" : `at least ${formatDuration(ms)}`;
}
