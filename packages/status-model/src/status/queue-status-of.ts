import { counts, firstFailure, stopReason } from "@spawn/dag-core";
import { SpawnError } from "@spawn/foundation";
import { remainingMs } from "../estimates/remaining-time.js";
import { type QueueFold, WARNINGS_KEPT } from "../fold/queue-fold.js";
import type { QueueWarning } from "../journal-events.js";
import { compactDuration } from "./compact-duration.js";
import { jobStatusOf, type StatusContext, unstoredOf } from "./job-status.js";
import { type JobStatus, type QueueReason, type QueueStatus, STATUS_SCHEMA_VERSION } from "./queue-status.js";
import type { StatusInput } from "./status-input.js";
import { msBetween } from "./time-between.js";
import { wallTimeIn } from "./wall-time.js";

/**
 * The status of a queue at a moment. Fields that are not known are absent or `undefined`, which is the same in JSON.
 *
 * @throws Error before the fold has seen `queue-created`
 */
export function queueStatus(fold: QueueFold, input: StatusInput): QueueStatus {
  const context = contextOf(fold, input);
  const { created } = fold;
  return {
    schema_version: STATUS_SCHEMA_VERSION,
    queue_id: created.queueId,
    queue_name: created.queueName,
    instance_id: created.instanceId,
    status: queueState(fold, input),
    reason: queueReason(fold, input),
    first_failure: firstFailure(fold.scheduler),
    ...queueTimes(context),
    updated_at: context.time.rfc3339(input.wallMs),
    jobs: jobCounts(fold),
    job_details: created.jobs.map((job) => jobStatusOf(context, job)),
    results_location: created.resultsLocation,
    estimated_completion: estimatedCompletion(context, input),
    ttl_expires_at: fold.deadline === undefined ? undefined : context.time.rfc3339(fold.deadline),
    kept_until: fold.kept === undefined ? undefined : context.time.rfc3339(fold.kept.until),
    kept_as: fold.kept?.as,
    containment: fold.runner?.containment,
    warnings: warningsOf(fold).map(({ at, job, message }) => ({
      at: context.time.rfc3339(at),
      job_id: job,
      message,
    })),
  };
}

/**
 * The entry of one job in the status's `job_details`, without the work of the others.
 *
 * @throws {SpawnError} `job-not-found`
 */
export function jobDetail(fold: QueueFold, jobId: string, input: Omit<StatusInput, "runner">): JobStatus {
  const job = fold.definition(jobId);
  if (job === undefined) {
    throw new SpawnError("job-not-found", `The queue ${fold.created.queueId} has no job "${jobId}".`);
  }
  return jobStatusOf(contextOf(fold, input), job);
}

/** What was warned of, and what is not in the store; latest last. */
function warningsOf(fold: QueueFold): readonly QueueWarning[] {
  const unstored = fold.created.jobs.flatMap(({ id: job }) => {
    const known = unstoredOf(fold, fold.job(job));
    return known === undefined ? [] : [{ ...known, job }];
  });
  if (unstored.length === 0) return fold.warnings;
  return [...fold.warnings, ...unstored].sort((left, right) => left.t - right.t).slice(-WARNINGS_KEPT);
}

type ContextInput = Omit<StatusInput, "runner"> & Partial<Pick<StatusInput, "runner">>;

function contextOf(fold: QueueFold, input: ContextInput): StatusContext {
  // A queue that is over stands still; and no reader's clock takes back what the journal says has passed.
  const t = fold.ended?.t ?? Math.max(input.t, fold.latest?.t ?? 0);
  return {
    fold,
    wallMs: input.wallMs,
    t,
    time: wallTimeIn(input.timeZone),
    live: input.live ?? new Map(),
    logFileOf: input.logFileOf,
    goesOn: input.runner !== "gone" && fold.finished === undefined,
  };
}

function queueState(fold: QueueFold, { runner }: StatusInput): QueueStatus["status"] {
  if (fold.finished !== undefined) return fold.finished.state;
  if (runner === "gone") return "interrupted";
  return fold.started === undefined ? "pending" : "running";
}

function queueReason(fold: QueueFold, { runner }: StatusInput): QueueReason | undefined {
  const { finished } = fold;
  if (finished !== undefined) return finished.reason;
  const stop = stopReason(fold.scheduler);
  if (runner === "alive") return stop;
  // Without a runner it is not the failed or cancelled queue that it was about to be.
  return stop === "spot" || stop === "ttl" || stop === "shutdown" ? stop : "runner-lost";
}

type QueueTimes = Pick<QueueStatus, "started_at" | "completed_at" | "elapsed" | "duration">;

function queueTimes({ fold, time, t, wallMs }: StatusContext): QueueTimes {
  const { started, ended } = fold;
  if (started === undefined) return {};
  const started_at = time.rfc3339(started.at);
  const passed = compactDuration(msBetween(started, ended ?? { t, at: wallMs }));
  return ended === undefined || ended.outcome.state === "interrupted"
    ? { started_at, elapsed: passed }
    : { started_at, completed_at: time.rfc3339(ended.at), duration: passed };
}

function jobCounts({ scheduler }: QueueFold): QueueStatus["jobs"] {
  const { total, completed, running, retrying, pending, blocked, failed, skipped, cancelled } =
    counts(scheduler);
  return {
    total,
    completed,
    running: running + retrying,
    pending: pending + blocked,
    failed,
    skipped,
    cancelled,
  };
}

/** Only of a queue that goes on by itself. */
function estimatedCompletion(context: StatusContext, { runner }: StatusInput): string | undefined {
  const { fold, t, time, wallMs, live } = context;
  if (fold.finished !== undefined || runner === "gone") return undefined;
  const leftMs = remainingMs(fold, t, (job) => live.get(job)?.progress);
  return leftMs === undefined ? undefined : time.rfc3339(wallMs + leftMs);
}
