import type { JobSnapshot, JobState, QueueOutcome, SchedulerSnapshot } from "@spawn/dag-core";
import type {
  AttemptHistory,
  JobHistorySnapshot,
  Moment,
  ResourceUsage,
  StoredResults,
  UnstoredResults,
} from "../fold/job-history.js";
import type {
  KeptInstance,
  QueueCreated,
  QueueSnapshot,
  QueueWarning,
  RunnerStarted,
} from "../journal-events.js";
import { createdFields } from "./definition-shapes.js";
import {
  arrayOf,
  type Guard,
  isAmount,
  isBoolean,
  isCount,
  isNumber,
  isOrdinal,
  isString,
  objectOf,
  oneOf,
  optional,
  type Shape,
  unionOf,
} from "./guards.js";
import { isAttemptOutcome, isQueueOutcome } from "./outcome-shapes.js";
import { runnerStartedFields } from "./runner-shape.js";

const cancelReason = oneOf("queue-stopped", "cancelled", "global-timeout");
const halt = oneOf("job-failed", "global-timeout", "cancelled");

const isJobState = unionOf<JobState, "phase">("phase", {
  waiting: {},
  ready: {},
  running: {
    attempt: isOrdinal,
    since: isAmount,
    deadline: optional(isAmount),
    stopping: optional(oneOf("timeout", "cancelled", "interrupted")),
  },
  retrying: { attempt: isOrdinal, notBefore: isAmount, last: isAttemptOutcome },
  ended: {
    state: oneOf("completed", "failed", "cancelled"),
    attempt: isOrdinal,
    last: isAttemptOutcome,
    reason: optional(cancelReason),
  },
  unrunnable: { state: oneOf("blocked", "cancelled", "skipped"), reason: optional(cancelReason) },
});

const isSchedulerSnapshot = objectOf<SchedulerSnapshot>({
  started: isBoolean,
  now: optional(isAmount),
  globalDeadline: optional(isAmount),
  stopCause: optional(halt),
  halt: optional(halt),
  forced: isBoolean,
  interrupt: optional(oneOf("spot", "ttl", "shutdown")),
  jobs: arrayOf(
    objectOf<JobSnapshot>({
      id: isString,
      state: isJobState,
      lastAttempt: isCount,
      charged: isCount,
      lossesInRow: isCount,
    }),
  ),
  running: arrayOf(isString),
  failures: arrayOf(isString),
});

const momentFields: Shape<Moment> = { at: isNumber, t: isAmount };
const isMoment = objectOf<Moment>(momentFields);

export const usageFields: Shape<ResourceUsage> = {
  peakMemoryBytes: optional(isCount),
  cpuSeconds: optional(isAmount),
  ioBytes: optional(isCount),
};

export const keptFields: Shape<KeptInstance> = { until: isCount, as: oneOf("running", "stopped") };

const isAttemptHistory = objectOf<AttemptHistory>({
  attempt: isOrdinal,
  fingerprint: isString,
  bootId: isString,
  started: isMoment,
  gpus: optional(arrayOf(isString)),
  process: optional(objectOf<{ pid: number; pidStart: number }>({ pid: isOrdinal, pidStart: isCount })),
  usage: optional(objectOf<ResourceUsage>(usageFields)),
  ended: optional(isMoment),
  outcome: optional(isAttemptOutcome),
  globalTimeout: optional(isBoolean),
});

const isJobHistory = objectOf<JobHistorySnapshot>({
  id: isString,
  attempts: arrayOf(isAttemptHistory),
  forgotten: isCount,
  firstStarted: optional(isMoment),
  results: optional(objectOf<StoredResults>({ attempt: isOrdinal, files: isCount, bytes: isCount })),
  unstored: optional(
    objectOf<UnstoredResults>({ ...momentFields, message: isString, delayed: optional(isBoolean) }),
  ),
  rerun: isBoolean,
  absent: optional(oneOf("lost", "undeclared")),
  elsewhere: optional(isOrdinal),
});

export const isQueueSnapshot: Guard<QueueSnapshot> = objectOf<QueueSnapshot>({
  created: objectOf<QueueCreated>({ type: oneOf("queue-created"), ...createdFields }),
  scheduler: isSchedulerSnapshot,
  jobs: arrayOf(isJobHistory),
  runner: optional(
    objectOf<RunnerStarted>({ type: oneOf("runner-started"), at: isNumber, ...runnerStartedFields }),
  ),
  deadline: optional(isCount),
  kept: optional(objectOf<KeptInstance>(keptFields)),
  warnings: arrayOf(
    objectOf<QueueWarning>({
      ...momentFields,
      job: optional(isString),
      attempt: optional(isOrdinal),
      message: isString,
    }),
  ),
  started: optional(isMoment),
  ended: optional(
    objectOf<Moment & { readonly outcome: QueueOutcome }>({ ...momentFields, outcome: isQueueOutcome }),
  ),
});
