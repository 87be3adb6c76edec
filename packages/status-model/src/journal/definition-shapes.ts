import type { JobResources, RetryPolicy } from "@spawn/dag-core";
import type { JournalJob, QueueCreated, QueueDefinition, QueuePlace } from "../journal-events.js";
import {
  arrayOf,
  isAmount,
  isBoolean,
  isCount,
  isOrdinal,
  isString,
  objectOf,
  oneOf,
  optional,
  type Shape,
} from "./guards.js";

const isRetryPolicy = objectOf<RetryPolicy>({
  maxAttempts: isOrdinal,
  backoff: oneOf("fixed", "exponential", "exponential-jitter"),
  baseDelayMs: isAmount,
  maxDelayMs: isAmount,
  jitter: isAmount,
  retryOnCodes: optional(arrayOf(isCount)),
  dontRetryOnCodes: optional(arrayOf(isCount)),
});

const isJobResources = objectOf<JobResources>({
  cpus: optional(isAmount),
  memoryBytes: optional(isCount),
  gpus: optional(isCount),
});

const isJournalJob = objectOf<JournalJob>({
  id: isString,
  command: isString,
  dependsOn: arrayOf(isString),
  onFailure: optional(isString),
  alwaysRun: optional(isBoolean),
  timeoutMs: optional(isAmount),
  retry: isRetryPolicy,
  resources: optional(isJobResources),
  fingerprint: isString,
});

export const definitionFields: Shape<QueueDefinition> = {
  queueName: optional(isString),
  failureMode: oneOf("stop", "continue"),
  globalTimeoutMs: optional(isAmount),
  maxParallel: isOrdinal,
  jobs: arrayOf(isJournalJob),
};

export const placeFields: Shape<QueuePlace> = {
  instanceId: isString,
  resultsLocation: isString,
  workingDirectory: optional(isString),
  carried: optional(arrayOf(isString)),
};

export const createdFields: Shape<Omit<QueueCreated, "type">> = {
  t: isAmount,
  queueId: isString,
  ...placeFields,
  ...definitionFields,
};
