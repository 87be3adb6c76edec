import { SpawnError, unreachable } from "@spawn/foundation";
import { spacedDuration } from "../status/compact-duration.js";
import type { JobStatus, QueueStatus } from "../status/queue-status.js";
import { usageLines } from "../view/usage-lines.js";
import { describeAttemptEnd, describeJobReason, describeQueueReason } from "./describe-reason.js";
import { describeResources, sharedResources } from "./describe-resources.js";
import { listWords } from "./list-words.js";
import { spanBetween } from "./span-between.js";

const UNWATCHED =
  "Nothing has stopped it: it may go on or have ended since, and a resume takes over what there is.";

/**
 * Why a job is where it is, a sentence a line, the answer first.
 *
 * @throws {SpawnError} `job-not-found`
 */
export function explainJob(status: QueueStatus, jobId: string): readonly string[] {
  const job = status.job_details.find(({ job_id }) => job_id === jobId);
  if (job === undefined) {
    const known = listWords(status.job_details.map(({ job_id }) => job_id));
    throw new SpawnError("job-not-found", `The queue ${status.queue_id} has no job "${jobId}".`, {
      hint: `Its jobs: ${known}.`,
    });
  }
  return [
    ...whyOf(status, job),
    ...commandOf(job),
    ...usageOf(job),
    ...historyOf(job),
    ...queueWords(status, job),
  ];
}

function whyOf(status: QueueStatus, job: JobStatus): readonly string[] {
  const id = job.job_id;
  const reason = describeJobReason(job);
  const charged = `${job.attempts} of ${job.max_attempts} attempt${job.max_attempts === 1 ? "" : "s"} used`;
  switch (job.status) {
    case "pending":
      return [pendingWords(job), ...blockerWords(status, job), ...holderWords(status, job)];
    case "running": {
      return runningWords(job, charged);
    }
    case "retrying": {
      const wait = job.retry_at === undefined ? "soon" : `in ${spanBetween(status.updated_at, job.retry_at)}`;
      return [`${id} failed (${reason}) and is tried again ${wait}: ${charged}.`];
    }
    case "completed":
      return [`${id} completed with exit code ${job.exit_code ?? 0}, ${charged}.`];
    case "failed":
      return [`${id} failed: ${reason}; ${charged}.`];
    case "blocked":
      return [`${id} is blocked: it needs ${listWords(job.blocked_by ?? [])}.`, ...blockerWords(status, job)];
    case "skipped":
      return [`${id} was skipped: ${reason}.`, ...blockerWords(status, job)];
    case "cancelled":
      return [cancelledWords(job), ...blockerWords(status, job)];
    default:
      return unreachable(job.status);
  }
}

function runningWords(job: JobStatus, charged: string): readonly string[] {
  const { job_id: id, attempt, reason } = job;
  if (reason === "unwatched") {
    return [`${id} was running when its runner went, attempt ${attempt}, ${charged}.`, UNWATCHED];
  }
  const stopping = reason === undefined ? "" : `; it is being stopped (${describeJobReason(job)})`;
  return [`${id} is running, attempt ${attempt}, ${charged}${stopping}.`];
}

function pendingWords({ job_id, reason, resources, blocked_by = [] }: JobStatus): string {
  if (reason === "waiting-for-failure") {
    const one = blocked_by.length === 1 ? "" : "one of ";
    return `${job_id} runs only if ${one}${listWords(blocked_by)} fails.`;
  }
  if (reason === "waiting-for-resources") {
    return `${job_id} waits for nothing but resources: ${describeResources(resources)}.`;
  }
  if (blocked_by.length === 0) return `${job_id} has all it needs and waits for a free slot.`;
  return `${job_id} waits for ${listWords(blocked_by)}.`;
}

/** Follows what a job waits for, or waited for in vain, down to where it comes from; each job once. */
function blockerWords({ job_details }: QueueStatus, job: JobStatus): readonly string[] {
  const byId = new Map(job_details.map((other) => [other.job_id, other]));
  const lines: string[] = [];
  const seen = new Set(job.blocked_by);
  for (const id of seen) {
    const blocker = byId.get(id);
    if (blocker === undefined) continue;
    const deeper = blocker.blocked_by ?? [];
    lines.push(`${standing(blocker, deeper)}.`);
    for (const next of deeper) seen.add(next);
  }
  return lines;
}

function standing(job: JobStatus, needs: readonly string[]): string {
  const because = needs.length > 0 ? `needs ${listWords(needs)}` : describeJobReason(job);
  const isSaid = because === undefined || because === job.status;
  return `${job.job_id} ${STANDING[job.status]}${isSaid ? "" : ` (${because})`}`;
}

const STANDING: Readonly<Record<JobStatus["status"], string>> = {
  pending: "is pending",
  blocked: "is blocked",
  running: "is running",
  retrying: "failed and is tried again",
  completed: "completed",
  failed: "failed",
  skipped: "was skipped",
  cancelled: "was cancelled",
};

function cancelledWords(job: JobStatus): string {
  return job.reason === "cancelled"
    ? `${job.job_id} was cancelled, as the queue was.`
    : `${job.job_id} was cancelled: ${describeJobReason(job)}.`;
}

/** Who has what a job waits for. */
function holderWords({ job_details }: QueueStatus, { reason, resources }: JobStatus): readonly string[] {
  if (reason !== "waiting-for-resources") return [];
  return job_details.flatMap((other) => {
    const held = describeResources(sharedResources(resources, other.resources));
    return other.status === "running" && held !== "" ? [`${other.job_id} is running and holds ${held}.`] : [];
  });
}

/** What failed. */
function commandOf({ status, command }: JobStatus): readonly string[] {
  return status === "failed" || status === "retrying" ? [`Command: ${command}`] : [];
}

/** Below each other, as in the status. */
function usageOf(job: JobStatus): readonly string[] {
  const { peak_memory_bytes, cpu_seconds, io_bytes } = job;
  const isKnown = [peak_memory_bytes, cpu_seconds, io_bytes].some((amount) => amount !== undefined);
  return isKnown ? usageLines(job).map(({ label, value }) => `${label}: ${value}`) : [];
}

function historyOf(job: JobStatus): readonly string[] {
  const previous = job.previous_attempts ?? [];
  const lines = previous.map((attempt) => {
    const end =
      attempt.reason === undefined ? "not over" : describeAttemptEnd({ ...attempt, reason: attempt.reason });
    const after = attempt.duration === undefined ? "" : ` after ${spacedDuration(attempt.duration)}`;
    return `Attempt ${attempt.attempt}: ${end}${after}.`;
  });
  const forgotten = job.forgotten_attempts ?? 0;
  if (forgotten > 0)
    lines.unshift(`${forgotten} earlier attempt${forgotten === 1 ? " is" : "s are"} not kept.`);
  if (job.rerun === true)
    lines.unshift("The last resume made it run again, with a fresh budget of attempts.");
  return lines;
}

/** Of a job that is not over, what the queue as a whole has to do with it. */
function queueWords({ status, reason }: QueueStatus, job: JobStatus): readonly string[] {
  const open = job.status === "pending" || job.status === "running" || job.status === "retrying";
  if (!open || reason === undefined) return [];
  return status === "interrupted"
    ? [`The queue is interrupted: ${describeQueueReason(reason)}.`]
    : [`The queue is stopping: ${describeQueueReason(reason)}.`];
}
