import { spacedDuration } from "../status/compact-duration.js";
import type { JobStatus } from "../status/queue-status.js";
import type { WallTime } from "../status/wall-time.js";
import { describeJobReason } from "../words/describe-reason.js";
import type { LabelledLine } from "./labelled-line.js";
import { usageLines } from "./usage-lines.js";

/** What is shown of a job that runs. */
export interface CurrentJob {
  /** `Current Job (train)` */
  readonly title: string;
  readonly lines: readonly LabelledLine[];
  readonly recentOutput: readonly string[];
}

export function currentJob(job: JobStatus, time: WallTime): CurrentJob {
  const lines: LabelledLine[] = [];
  const add = (label: string, value: string | number | undefined): void => {
    if (value !== undefined) lines.push({ label, value: String(value) });
  };
  const { started_at, elapsed } = job;

  add("Command", job.command);
  add("Started", started_at === undefined ? undefined : time.shown(Date.parse(started_at)));
  add("Elapsed", elapsed === undefined ? undefined : spacedDuration(elapsed));
  add("Timeout", timeoutLeft(job));
  add("Retry", `${job.attempts}/${job.max_attempts}`);
  add(job.reason === "unwatched" ? "Reason" : "Stopping", describeJobReason(job));
  add("PID", job.pid);
  lines.push(...usageLines(job));
  add("Log", job.log_file);
  return { title: `Current Job (${job.job_id})`, lines, recentOutput: job.recent_output ?? [] };
}

/** `4h (3h 25m remaining)` */
function timeoutLeft({ timeout, timeout_remaining }: JobStatus): string | undefined {
  if (timeout === undefined) return undefined;
  const left = timeout_remaining === undefined ? "" : ` (${spacedDuration(timeout_remaining)} remaining)`;
  return `${spacedDuration(timeout)}${left}`;
}
