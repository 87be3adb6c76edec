import type { DagInput } from "@spawn/dag-core";
import type { QueueSpec } from "./queue-spec.js";

/** What the scheduler needs to know of a queue. */
export function toDagInput(spec: QueueSpec): DagInput {
  return {
    failureMode: spec.failureMode,
    ...(spec.globalTimeoutMs !== undefined && { globalTimeoutMs: spec.globalTimeoutMs }),
    jobs: spec.jobs.map((job) => ({
      id: job.id,
      dependsOn: job.dependsOn,
      alwaysRun: job.alwaysRun,
      retry: job.retry,
      ...(job.resources !== undefined && { resources: job.resources }),
      ...(job.onFailure !== undefined && { onFailure: job.onFailure }),
      ...(job.timeoutMs !== undefined && { timeoutMs: job.timeoutMs }),
    })),
  };
}
