import type { RetryPolicy } from "@spawn/dag-core";
import { formatExactDuration } from "@spawn/foundation";
import { DEFAULT_RETRY } from "../rules/retry-defaults.js";
import type { RawJob } from "../schema/job-schema.js";
import type { RawQueueFile } from "../schema/queue-file-schema.js";
import type { RawRetry } from "../schema/retry-schema.js";
import type { JobResources, JobSpec, QueueSpec, SecretRef } from "./queue-spec.js";

/**
 * The canonical queue file of a spec, as JSON: `loadQueueFile` reads it back to an equal spec. What is at its default is
 * left out. Durations and sizes may be written otherwise than they were.
 */
export function serializeQueueSpec(spec: QueueSpec): string {
  const file: RawQueueFile = {
    ...(spec.queueId !== undefined && { queue_id: spec.queueId }),
    ...(spec.queueName !== undefined && { queue_name: spec.queueName }),
    ...(spec.failureMode !== "stop" && { on_failure: spec.failureMode }),
    ...(spec.globalTimeoutMs !== undefined && { global_timeout: formatExactDuration(spec.globalTimeoutMs) }),
    ...(spec.maxParallel !== undefined && { max_parallel: spec.maxParallel }),
    ...(isFilled(spec.environment) && { environment: spec.environment }),
    ...(spec.workdir !== undefined && { workdir: spec.workdir }),
    ...(spec.resultS3Bucket !== undefined && { result_s3_bucket: spec.resultS3Bucket }),
    ...(spec.resultS3Prefix !== undefined && { result_s3_prefix: spec.resultS3Prefix }),
    jobs: spec.jobs.map(rawJob),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

function rawJob(job: JobSpec): RawJob {
  const retry = rawRetry(job.retry);
  return {
    job_id: job.id,
    command: job.command,
    ...(job.shell !== undefined && { shell: job.shell }),
    ...(job.dependsOn.length > 0 && { depends_on: [...job.dependsOn] }),
    ...(retry !== undefined && { retry }),
    ...(job.timeoutMs !== undefined && { timeout: formatExactDuration(job.timeoutMs) }),
    ...(job.resultFiles.length > 0 && { result_files: [...job.resultFiles] }),
    ...(isFilled(job.environment) && { environment: job.environment }),
    ...(job.workingDirectory !== undefined && { working_directory: job.workingDirectory }),
    ...(job.onFailure !== undefined && { on_failure: job.onFailure }),
    ...(job.alwaysRun && { always_run: true }),
    ...(job.background !== "kill" && { background: job.background }),
    ...(job.resources !== undefined && { resources: rawResources(job.resources) }),
    ...(isFilled(job.secrets) && { secrets: mapValues(job.secrets, secretText) }),
  };
}

function rawRetry(retry: RetryPolicy): RawRetry | undefined {
  const isDefault =
    retry.maxAttempts === DEFAULT_RETRY.maxAttempts &&
    retry.backoff === DEFAULT_RETRY.backoff &&
    retry.baseDelayMs === DEFAULT_RETRY.baseDelayMs &&
    retry.maxDelayMs === DEFAULT_RETRY.maxDelayMs &&
    retry.retryOnCodes === undefined &&
    retry.dontRetryOnCodes === undefined;
  if (isDefault) return undefined;
  return {
    max_attempts: retry.maxAttempts,
    backoff: retry.backoff,
    base_delay: formatExactDuration(retry.baseDelayMs),
    max_delay: formatExactDuration(retry.maxDelayMs),
    ...(retry.backoff === "exponential-jitter" && { jitter: retry.jitter }),
    ...(retry.retryOnCodes !== undefined && { retry_on_codes: [...retry.retryOnCodes] }),
    ...(retry.dontRetryOnCodes !== undefined && { dont_retry_on_codes: [...retry.dontRetryOnCodes] }),
  };
}

function rawResources({ cpus, memoryBytes, gpus }: JobResources): NonNullable<RawJob["resources"]> {
  return {
    ...(cpus !== undefined && { cpus }),
    ...(memoryBytes !== undefined && { memory: `${memoryBytes}B` }),
    ...(gpus !== undefined && { gpus }),
  };
}

function secretText(secret: SecretRef): string {
  return secret.store === "ssm" ? `ssm:${secret.path}` : `secretsmanager:${secret.id}`;
}

function isFilled(record: object): boolean {
  return Object.keys(record).length > 0;
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
