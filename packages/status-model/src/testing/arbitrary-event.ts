import type { AttemptOutcome, FailureMode, QueueOutcome } from "@spawn/dag-core";
import fc from "fast-check";
import type { JournalEvent, JournalRecord, UnknownEvent } from "../journal-events.js";
import { arbitraryRun } from "./arbitrary-run.js";
import { foldOf } from "./journals.js";

const amount = fc.double({ min: 0, max: 1e15, noNaN: true }).map((value) => value + 0);
const count = fc.nat();
const ordinal = fc.integer({ min: 1 });
const text = fc.string({ unit: "binary", maxLength: 40 });
const job = fc.string({ maxLength: 10 });

const attemptOutcome: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  fc.record({ reason: fc.constant("exit"), exitCode: count }),
  fc.record({ reason: fc.constant("signal"), signal: ordinal }),
  fc.record({ reason: fc.constant("start-failed"), message: text }),
  fc.record({
    reason: fc.constantFrom("timeout", "oom", "host-lost", "interrupted", "cancelled", "never-started"),
  }),
);

const queueOutcome: fc.Arbitrary<QueueOutcome> = fc.oneof(
  fc.constant<QueueOutcome>({ state: "completed", reason: "completed" }),
  fc.constant<QueueOutcome>({ state: "cancelled", reason: "cancelled" }),
  fc.record({ state: fc.constant("failed"), reason: fc.constantFrom("job-failed", "global-timeout") }),
  fc.record({ state: fc.constant("interrupted"), reason: fc.constantFrom("spot", "ttl", "shutdown") }),
);

const journalJob = fc.record(
  {
    id: job,
    command: text,
    dependsOn: fc.array(job, { maxLength: 3 }),
    onFailure: job,
    alwaysRun: fc.boolean(),
    timeoutMs: amount,
    retry: fc.record(
      {
        maxAttempts: ordinal,
        backoff: fc.constantFrom("fixed", "exponential", "exponential-jitter"),
        baseDelayMs: amount,
        maxDelayMs: amount,
        jitter: amount,
        retryOnCodes: fc.array(count, { maxLength: 3 }),
        dontRetryOnCodes: fc.array(count, { maxLength: 3 }),
      },
      { requiredKeys: ["maxAttempts", "backoff", "baseDelayMs", "maxDelayMs", "jitter"] },
    ),
    fingerprint: text,
  },
  { requiredKeys: ["id", "command", "dependsOn", "retry", "fingerprint"] },
);

const definition = fc.record(
  {
    queueName: text,
    failureMode: fc.constantFrom<FailureMode>("stop", "continue"),
    globalTimeoutMs: amount,
    maxParallel: ordinal,
    jobs: fc.array(journalJob, { maxLength: 3 }),
  },
  { requiredKeys: ["failureMode", "maxParallel", "jobs"] },
);

const attempt = { t: amount, job, attempt: ordinal };

/** What the fold makes of a random run, up to a random place in it. */
const snapshot = fc
  .tuple(arbitraryRun({ maxJobs: 3 }), fc.nat())
  .map(([events, cut]) => foldOf(events.slice(0, 1 + (cut % events.length))).snapshot());

/** One arbitrary per type of event; a type without one is a type error. */
const EVENTS: {
  readonly [T in JournalEvent["type"]]: fc.Arbitrary<Omit<Extract<JournalEvent, { type: T }>, "type">>;
} = {
  "queue-started": fc.record({ t: amount }),
  "attempt-starting": fc.record(attempt),
  "attempt-timed-out": fc.record(attempt),
  "attempt-ended": fc.record(
    {
      ...attempt,
      outcome: attemptOutcome,
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }).map((value) => value + 0),
      endedAt: amount,
    },
    { requiredKeys: ["t", "job", "attempt", "outcome", "random"] },
  ),
  "backoff-elapsed": fc.record(attempt),
  "global-timeout-reached": fc.record({ t: amount }),
  "cancel-requested": fc.record({ t: amount, force: fc.boolean() }),
  "interrupt-requested": fc.record({ t: amount, cause: fc.constantFrom("spot", "ttl", "shutdown") }),
  "attempts-unknown": fc.record(attempt),
  "queue-continued": fc.record({ t: amount }),
  "queue-resumed": fc.record({ t: amount, jobs: fc.array(job, { maxLength: 3 }) }),
  "queue-created": fc
    .tuple(
      fc.record(
        {
          ...{ t: amount, queueId: job, instanceId: job, resultsLocation: text },
          ...{ workingDirectory: text, carried: fc.array(text) },
        },
        { requiredKeys: ["t", "queueId", "instanceId", "resultsLocation"] },
      ),
      definition,
    )
    .map(([fields, defined]) => ({ ...fields, ...defined })),
  "queue-changed": fc
    .tuple(fc.record({ t: amount }), definition)
    .map(([fields, defined]) => ({ ...fields, ...defined })),
  "instance-changed": fc.record(
    {
      ...{ t: amount, instanceId: job, resultsLocation: text, workingDirectory: text },
      ...{ carried: fc.array(text), lost: fc.array(job), undeclared: fc.array(job) },
    },
    { requiredKeys: ["t", "instanceId", "resultsLocation", "lost", "undeclared"] },
  ),
  "runner-started": fc.record({
    t: amount,
    epoch: ordinal,
    pid: ordinal,
    bootId: text,
    bootMs: amount,
    version: text,
    containment: fc.constantFrom("cgroup-v2", "cgroup-v1", "process-group"),
  }),
  "deadline-set": fc.record({ t: amount, deadline: count }),
  "instance-kept": fc.record({ t: amount, until: count, as: fc.constantFrom("running", "stopped") }),
  "attempt-started": fc.record({ ...attempt, pid: ordinal, pidStart: count }),
  "attempt-usage": fc.record(
    { ...attempt, peakMemoryBytes: count, cpuSeconds: amount, ioBytes: count },
    { requiredKeys: ["t", "job", "attempt"] },
  ),
  "results-stored": fc.record({ ...attempt, files: count, bytes: count }),
  "results-unstored": fc.record({ ...attempt, message: text }),
  warning: fc.record({ t: amount, job, attempt: ordinal, message: text }, { requiredKeys: ["t", "message"] }),
  "queue-finished": fc.record({ t: amount, outcome: queueOutcome }),
  snapshot: fc.record({ t: amount, segment: ordinal, state: snapshot }),
};

const jsonScalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));

const unknownEvent: fc.Arbitrary<UnknownEvent> = fc.record({
  type: fc.constant("unknown"),
  t: amount,
  original: fc
    .tuple(
      text,
      fc.dictionary(fc.stringMatching(/^x[a-z]{1,8}$/), fc.oneof(jsonScalar, fc.array(jsonScalar))),
    )
    .map(([type, fields]) => ({ type: `future-${type}`, ...fields })),
});

/** Events of every type, and of types that only a newer version knows; they need not make a story. */
export function arbitraryEvent(): fc.Arbitrary<JournalRecord["event"]> {
  return fc.oneof(
    unknownEvent,
    ...Object.entries(EVENTS).map(([type, fields]) =>
      fields.map((some) => Object.assign({ type }, some) as JournalEvent),
    ),
  );
}
