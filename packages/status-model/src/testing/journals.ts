import type { RetryPolicy } from "@spawn/dag-core";
import { QueueFold } from "../fold/queue-fold.js";
import { encodeRecord } from "../journal/encode-record.js";
import { encodeHeader } from "../journal/header.js";
import type { JournalEvent, JournalJob, JournalRecord, QueueCreated } from "../journal-events.js";

/** Wall clock at scheduler time 0 of the journals built here: 2026-01-27 10:00:00 in Los Angeles. */
export const START_AT = Date.UTC(2026, 0, 27, 18, 0, 0);

const ONE_ATTEMPT: RetryPolicy = {
  maxAttempts: 1,
  backoff: "fixed",
  baseDelayMs: 60_000,
  maxDelayMs: 3_600_000,
  jitter: 0,
};

export interface JobFields extends Partial<Omit<JournalJob, "id" | "retry">> {
  /** Default 1. */
  readonly maxAttempts?: number;
  /** Wait before each further attempt, in milliseconds; default one minute. */
  readonly retryDelayMs?: number;
}

export function buildJob(
  id: string,
  { maxAttempts = 1, retryDelayMs = 60_000, ...fields }: JobFields = {},
): JournalJob {
  return {
    id,
    command: `run-${id}`,
    dependsOn: [],
    fingerprint: `fingerprint-of-${id}`,
    retry: { ...ONE_ATTEMPT, maxAttempts, baseDelayMs: retryDelayMs },
    ...fields,
  };
}

export function buildQueueCreated(
  jobs: readonly JournalJob[],
  fields: Partial<QueueCreated> = {},
): QueueCreated {
  return {
    type: "queue-created",
    t: 0,
    queueId: "first-pipeline",
    instanceId: "i-0abc123def456789",
    failureMode: "stop",
    maxParallel: 4,
    resultsLocation: "s3://spawn-results-us-east-1/first-pipeline/",
    jobs,
    ...fields,
  };
}

/** Events as records: numbered from 1, the wall clock in step with `t`. */
export function buildRecords(events: readonly JournalEvent[], startAt: number = START_AT): JournalRecord[] {
  return events.map((event, index) => ({ seq: index + 1, at: startAt + event.t, event }));
}

/** The bytes of a journal with these records. */
export function buildJournal(records: readonly JournalRecord[]): Buffer {
  return Buffer.from(encodeHeader() + records.map(encodeRecord).join(""));
}

/** The fold after these events. */
export function foldOf(events: readonly JournalEvent[], startAt: number = START_AT): QueueFold {
  const fold = new QueueFold();
  for (const record of buildRecords(events, startAt)) fold.apply(record);
  return fold;
}
