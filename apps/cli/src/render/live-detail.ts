import { formatDuration, unreachable } from "@spawn/foundation";
import { describeJobReason, type JobStatus } from "@spawn/status-model";

/** What is worth knowing of a job while it is watched, in few words. @param updatedAt of the status, RFC 3339 */
export function liveDetail(job: JobStatus, updatedAt: string): string {
  switch (job.status) {
    case "running":
      return [job.elapsed, attemptWords(job), progressWords(job), stoppingWords(job)]
        .filter(isSaid)
        .join("  ");
    case "retrying":
      return `attempt ${job.attempts + 1}/${job.max_attempts} ${waitWords(job, updatedAt)} (${describeJobReason(job)})`;
    case "completed":
      return [job.duration, attemptWords(job)].filter(isSaid).join("  ");
    case "failed":
      return [job.duration, attemptWords(job), describeJobReason(job)].filter(isSaid).join("  ");
    case "pending":
      return pendingWords(job);
    case "blocked":
      return `needs ${(job.blocked_by ?? []).join(", ")}`;
    case "skipped":
    case "cancelled":
      return describeJobReason(job) ?? "";
    default:
      return unreachable(job.status);
  }
}

function isSaid(words: string | undefined): words is string {
  return words !== undefined && words !== "";
}

/** Nothing for a first and only attempt. */
function attemptWords({ attempts, max_attempts }: JobStatus): string {
  return attempts > 1 ? `attempt ${attempts}/${max_attempts}` : "";
}

function progressWords({ progress, time_remaining }: JobStatus): string {
  if (progress === undefined) return "";
  const { label, percent } = progress;
  const figure = label.endsWith("%") ? label : `${label} (${percent}%)`;
  return time_remaining === undefined ? figure : `${figure}, ~${time_remaining} left`;
}

function stoppingWords(job: JobStatus): string {
  if (job.reason === undefined) return "";
  return `${job.reason === "unwatched" ? "" : "ending: "}${describeJobReason(job)}`;
}

function pendingWords(job: JobStatus): string {
  const { blocked_by = [], reason } = job;
  if (reason === "waiting-for-resources") return describeJobReason(job) ?? "";
  if (blocked_by.length === 0) return "waits for a slot";
  return `${reason === "waiting-for-failure" ? "if it fails:" : "after"} ${blocked_by.join(", ")}`;
}

function waitWords({ retry_at }: JobStatus, updatedAt: string): string {
  const leftMs = retry_at === undefined ? 0 : Date.parse(retry_at) - Date.parse(updatedAt);
  return leftMs > 0 ? `in ${formatDuration(leftMs)}` : "now";
}
