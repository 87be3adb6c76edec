import type { FailureMode, JobResources, RetryPolicy } from "@spawn/dag-core";
import { jobFingerprint } from "./job-fingerprint.js";
import type { JobSpec, QueueSpec } from "./queue-spec.js";

/** A job as a journal keeps it: no value of any variable. */
export interface JobDefinition {
  readonly id: string;
  readonly command: string;
  readonly dependsOn: readonly string[];
  readonly onFailure?: string;
  readonly alwaysRun?: boolean;
  readonly timeoutMs?: number;
  readonly retry: RetryPolicy;
  readonly resources?: JobResources;
  readonly fingerprint: string;
}

/** A queue as a journal keeps it. */
export interface QueueDefinition {
  readonly queueName?: string;
  readonly failureMode: FailureMode;
  readonly globalTimeoutMs?: number;
  readonly maxParallel: number;
  readonly jobs: readonly JobDefinition[];
}

/** @param defaultMaxParallel where the file does not say: the instance's CPUs */
export function toQueueDefinition(spec: QueueSpec, defaultMaxParallel: number): QueueDefinition {
  return {
    ...(spec.queueName !== undefined && { queueName: spec.queueName }),
    failureMode: spec.failureMode,
    ...(spec.globalTimeoutMs !== undefined && { globalTimeoutMs: spec.globalTimeoutMs }),
    maxParallel: spec.maxParallel ?? defaultMaxParallel,
    jobs: spec.jobs.map((job) => jobDefinition(spec, job)),
  };
}

function jobDefinition(spec: QueueSpec, job: JobSpec): JobDefinition {
  return {
    id: job.id,
    command: job.command,
    dependsOn: job.dependsOn,
    ...(job.onFailure !== undefined && { onFailure: job.onFailure }),
    ...(job.alwaysRun && { alwaysRun: true }),
    ...(job.timeoutMs !== undefined && { timeoutMs: job.timeoutMs }),
    retry: job.retry,
    ...(job.resources !== undefined && { resources: job.resources }),
    fingerprint: jobFingerprint(spec, job),
  };
}
