import { unreachable } from "@spawn/foundation";
import { spacedDuration } from "../status/compact-duration.js";
import type { JobStatus } from "../status/queue-status.js";
import { describeJobReason } from "../words/describe-reason.js";
import { listWords } from "../words/list-words.js";
import { spanBetween } from "../words/span-between.js";

/** One line of the job details, and those below it. */
export interface JobRow {
  readonly icon: string;
  readonly id: string;
  readonly state: JobStatus["status"];
  /** `Duration: 15m 32s`, `Attempts: 1/3`, … */
  readonly cells: readonly string[];
  /** `Progress: Epoch 25/100 (25%)`, … */
  readonly notes: readonly string[];
}

const ICONS: Readonly<Record<JobStatus["status"], string>> = {
  completed: "✓",
  running: "▶",
  pending: "⏸",
  failed: "✗",
  retrying: "↻",
  blocked: "⊘",
  skipped: "⊖",
  cancelled: "⊗",
};

/** One character for a job's state. */
export function stateIcon(state: JobStatus["status"]): string {
  return ICONS[state];
}

/** @param updatedAt when the status was true, RFC 3339 */
export function jobRow(job: JobStatus, updatedAt: string): JobRow {
  return {
    icon: ICONS[job.status],
    id: job.job_id,
    state: job.status,
    cells: cellsOf(job, updatedAt),
    notes: notesOf(job),
  };
}

function cellsOf(job: JobStatus, updatedAt: string): readonly string[] {
  const attempts = `Attempts: ${job.attempts}/${job.max_attempts}`;
  switch (job.status) {
    case "completed":
    case "failed":
      return [...durationCell(job), attempts, exitCell(job)];
    case "running":
      return [
        ...(job.elapsed === undefined ? [] : [`Elapsed: ${spacedDuration(job.elapsed)}`]),
        attempts,
        ...(job.pid === undefined ? [] : [`PID: ${job.pid}`]),
        ...(job.reason === "unwatched" ? [`Reason: ${describeJobReason(job)}`] : []),
      ];
    case "retrying":
      return [
        ...(job.retry_at === undefined ? [] : [`Retry in: ${spanBetween(updatedAt, job.retry_at)}`]),
        attempts,
        exitCell(job),
      ];
    case "pending":
      return [waitCell(job), attempts];
    case "blocked":
      return [waitCell(job), attempts];
    case "cancelled":
    case "skipped":
      return [`Reason: ${describeJobReason(job) ?? "unknown"}`, attempts];
    default:
      return unreachable(job.status);
  }
}

function durationCell({ duration }: JobStatus): readonly string[] {
  return duration === undefined ? [] : [`Duration: ${spacedDuration(duration)}`];
}

function exitCell(job: JobStatus): string {
  if (job.exit_code !== undefined && job.signal === undefined) return `Exit: ${job.exit_code}`;
  const reason = describeJobReason(job) ?? "unknown";
  return job.exit_code === undefined ? `Reason: ${reason}` : `Exit: ${job.exit_code} (${reason})`;
}

function waitCell(job: JobStatus): string {
  const blockers = job.blocked_by ?? [];
  if (job.reason === "waiting-for-failure" && blockers.length > 0)
    return `On failure of: ${listWords(blockers)}`;
  return blockers.length > 0
    ? `Blocked by: ${listWords(blockers)}`
    : `Reason: ${describeJobReason(job) ?? "waits to start"}`;
}

function notesOf({ progress, time_remaining }: JobStatus): readonly string[] {
  if (progress === undefined) return [];
  const { label, percent } = progress;
  // A label that ends in a percentage says it already.
  const figure = label.endsWith("%") ? label : `${label} (${percent}%)`;
  return [
    `Progress: ${figure}`,
    ...(time_remaining === undefined ? [] : [`Time remaining: ~${spacedDuration(time_remaining)} (est)`]),
  ];
}
