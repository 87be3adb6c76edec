import { SpawnError, unreachable } from "@spawn/foundation";
import { spacedDuration } from "../status/compact-duration.js";
import type { JobStatus, QueueStatus } from "../status/queue-status.js";
import { describeAttemptEnd, describeJobReason, describeQueueReason } from "./describe-reason.js";
import { listWords } from "./list-words.js";
import { spanBetween } from "./span-between.js";

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
  return [...whyOf(status, job), ...historyOf(job), ...queueWords(status, job)];
}

function whyOf(status: QueueStatus, job: JobStatus): readonly string[] {
  const id = job.job_id;
  const reason = describeJobReason(job);
  const charged = `${job.attempts} of ${job.max_attempts} attempt${job.max_attempts === 1 ? "" : "s"} used`;
  switch (job.status) {
    case "pending":
      return [pendingWords(job), ...blockerWords(status, job)];
    case "running": {
      const stopping = reason === undefined ? "" : `; it is being stopped (${reason})`;
      return [`${id} is running, attempt ${job.attempt}, ${charged}${stopping}.`];
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
      return [`${id} was cancelled: ${reason}.`, ...blockerWords(status, job)];
    default:
      return unreachable(job.status);
  }
}

function pendingWords({ job_id, reason, blocked_by = [] }: JobStatus): string {
  if (reason === "waiting-for-failure") {
    const one = blocked_by.length === 1 ? "" : "one of ";
    return `${job_id} runs only if ${one}${listWords(blocked_by)} fails.`;
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
    const because = deeper.length > 0 ? `needs ${listWords(deeper)}` : describeJobReason(blocker);
    lines.push(`${id} is ${blocker.status}${because === undefined ? "" : ` (${because})`}.`);
    for (const next of deeper) seen.add(next);
  }
  return lines;
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
