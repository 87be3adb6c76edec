import type { AttemptOutcome, JobResources, QueueOutcome, RetryPolicy } from "@spawn/dag-core";
import type { JournalEvent, JournalJob, QueueDefinition } from "../journal-events.js";
import {
  arrayOf,
  type Fields,
  fieldsOf,
  firstMisfit,
  type Guard,
  isAmount,
  isBoolean,
  isChance,
  isCount,
  isObject,
  isOrdinal,
  isString,
  objectOf,
  oneOf,
  optional,
  type Shape,
} from "./guards.js";

type EventType = JournalEvent["type"];
type EventOf<T extends EventType> = Extract<JournalEvent, { type: T }>;
type Variant<U, Tag extends keyof U, Value> = Extract<U, Readonly<Record<Tag, Value>>>;

/** A union told apart by the word in its field `tag`. */
function unionOf<U, Tag extends keyof U & string>(
  tag: Tag,
  shapes: { readonly [V in U[Tag] & string]: Shape<Omit<Variant<U, Tag, V>, Tag>> },
): Guard<U> {
  const fieldsByTag = new Map(
    Object.entries<Shape<unknown>>(shapes).map(([word, shape]) => [word, fieldsOf(shape)]),
  );
  return (value): value is U => {
    if (!isObject(value)) return false;
    const word = value[tag];
    const fields = isString(word) ? fieldsByTag.get(word) : undefined;
    return fields !== undefined && firstMisfit(fields, value) === undefined;
  };
}

const isAttemptOutcome = unionOf<AttemptOutcome, "reason">("reason", {
  exit: { exitCode: isCount },
  signal: { signal: isOrdinal },
  timeout: {},
  oom: {},
  "start-failed": { message: isString },
  "host-lost": {},
  interrupted: {},
  cancelled: {},
  "never-started": {},
});

const isQueueOutcome = unionOf<QueueOutcome, "state">("state", {
  completed: { reason: oneOf("completed") },
  failed: { reason: oneOf("job-failed", "global-timeout") },
  cancelled: { reason: oneOf("cancelled") },
  interrupted: { reason: oneOf("spot", "ttl", "shutdown") },
});

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

const attemptFields = { t: isAmount, job: isString, attempt: isOrdinal };

const definitionFields: Shape<QueueDefinition> = {
  queueName: optional(isString),
  failureMode: oneOf("stop", "continue"),
  globalTimeoutMs: optional(isAmount),
  maxParallel: isOrdinal,
  jobs: arrayOf(isJournalJob),
};

const SHAPES: { readonly [T in EventType]: Shape<Omit<EventOf<T>, "type">> } = {
  "queue-started": { t: isAmount },
  "attempt-starting": { ...attemptFields, gpus: optional(arrayOf(isString)) },
  "attempt-timed-out": attemptFields,
  "attempt-ended": { ...attemptFields, outcome: isAttemptOutcome, random: isChance },
  "backoff-elapsed": attemptFields,
  "global-timeout-reached": { t: isAmount },
  "cancel-requested": { t: isAmount, force: isBoolean },
  "interrupt-requested": { t: isAmount, cause: oneOf("spot", "ttl", "shutdown") },
  "queue-continued": { t: isAmount },
  "queue-resumed": { t: isAmount, jobs: arrayOf(isString) },
  "queue-created": {
    t: isAmount,
    queueId: isString,
    instanceId: isString,
    resultsLocation: isString,
    ...definitionFields,
  },
  "queue-changed": { t: isAmount, ...definitionFields },
  "runner-started": {
    t: isAmount,
    epoch: isOrdinal,
    pid: isOrdinal,
    bootId: isString,
    bootMs: isAmount,
    version: isString,
    containment: oneOf("cgroup-v2", "cgroup-v1", "process-group"),
  },
  "attempt-started": { ...attemptFields, pid: isOrdinal, pidStart: isCount },
  "results-stored": { ...attemptFields, files: isCount, bytes: isCount },
  warning: { t: isAmount, job: optional(isString), message: isString },
  "queue-finished": { t: isAmount, outcome: isQueueOutcome },
};

const FIELDS_BY_TYPE: ReadonlyMap<string, Fields> = new Map(
  Object.entries<Shape<unknown>>(SHAPES).map(([type, shape]) => [type, fieldsOf(shape)]),
);

/** Whether this version of the format gives the type a meaning. */
export function isKnownType(type: string): boolean {
  return FIELDS_BY_TYPE.has(type);
}

/** The name of the first field of an event that does not fit its type. */
export function misfitOf(event: Readonly<Record<string, unknown>>): string | undefined {
  if (!isAmount(event.t)) return "t";
  const fields = isString(event.type) ? FIELDS_BY_TYPE.get(event.type) : undefined;
  return fields === undefined ? "type" : firstMisfit(fields, event);
}

export function isJournalEvent(event: object): event is JournalEvent {
  return isObject(event) && misfitOf(event) === undefined;
}
