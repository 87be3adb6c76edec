import type { QueueSpec } from "@spawn/config-schema";
import { type JobGraph, planOf } from "@spawn/dag-core";
import { formatDuration } from "@spawn/foundation";
import { estimatedDuration } from "@spawn/status-model";
import { estimateJson } from "./estimate-json.js";

/** `spawn queue plan --format json`. */
export function planJson(spec: QueueSpec, graph: JobGraph, maxParallel: number): object {
  const plan = planOf(graph);
  return {
    schema_version: 1,
    queue_id: spec.queueId ?? null,
    on_failure: spec.failureMode,
    max_parallel: maxParallel,
    generations: plan.generations,
    critical_path: plan.criticalPath,
    order: plan.order,
    estimated_duration: estimateJson(estimatedDuration(graph)),
    jobs: spec.jobs.map((job) => ({
      job_id: job.id,
      depends_on: job.dependsOn,
      on_failure: job.onFailure ?? null,
      always_run: job.alwaysRun,
      timeout: job.timeoutMs === undefined ? null : formatDuration(job.timeoutMs, { separator: "" }),
      max_attempts: job.retry.maxAttempts,
    })),
  };
}
