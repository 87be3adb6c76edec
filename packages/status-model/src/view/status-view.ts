import type { JobStatus, QueueStatus } from "../status/queue-status.js";
import { type WallTime, wallTimeIn } from "../status/wall-time.js";
import { describeJobReason } from "../words/describe-reason.js";
import { spanBetween } from "../words/span-between.js";
import { type CurrentJob, currentJob } from "./current-job.js";
import { headerLines } from "./header-lines.js";
import { type JobRow, jobRow } from "./job-row.js";
import { type KeptNotice, keptNotice } from "./kept-notice.js";
import type { LabelledLine } from "./labelled-line.js";
import { nextJob } from "./next-job.js";
import { type ResumeHint, resumeHint } from "./resume-hint.js";
import { usageLines } from "./usage-lines.js";

/** All words and figures of a status's text form, in the order in which they are shown; no layout and no colour. */
export interface StatusView {
  readonly header: readonly LabelledLine[];
  /** `Jobs: 4 total, 1 completed, 1 running, 2 pending` */
  readonly jobs: LabelledLine;
  readonly rows: readonly JobRow[];
  /** One per running job. */
  readonly currentJobs: readonly CurrentJob[];
  readonly failure?: FailureBlock;
  readonly warnings: readonly string[];
  readonly resultsLocation: LabelledLine;
  readonly nextJob?: LabelledLine;
  readonly estimatedCompletion?: LabelledLine;
  /** The last line of a queue that completed. */
  readonly success?: string;
  readonly resume?: ResumeHint;
  /** That the instance stays, and costs. */
  readonly kept?: KeptNotice;
}

/** The job that failed first. */
export interface FailureBlock {
  readonly title: string;
  readonly lines: readonly LabelledLine[];
}

export interface StatusViewOptions {
  /** The reader's wall clock, ms since the Unix epoch, of a status from afar: it then says how old it is. */
  readonly wallMs?: number;
  /** IANA name; default: the process's own zone. */
  readonly timeZone?: string;
  /** What later commands call the queue by; default: its id. */
  readonly ref?: string;
}

export function statusView(
  status: QueueStatus,
  { wallMs, timeZone, ref }: StatusViewOptions = {},
): StatusView {
  const time = wallTimeIn(timeZone);
  const failure = failureBlock(status);
  const next = nextJob(status);
  const completion = estimatedCompletion(status, time);
  const resume = resumeHint(status, ref);
  const kept = keptNotice(status, time, {
    ...(ref === undefined ? {} : { ref }),
    ...(wallMs === undefined ? {} : { wallMs }),
  });
  return {
    header: headerLines(status, time, wallMs),
    jobs: jobsLine(status),
    rows: status.job_details.map((job) => jobRow(job, status.updated_at)),
    currentJobs: status.job_details
      .filter((job) => job.status === "running")
      .map((job) => currentJob(job, time)),
    ...(failure === undefined ? {} : { failure }),
    warnings: status.warnings.map(({ job_id, message }) =>
      job_id === undefined ? message : `${job_id}: ${message}`,
    ),
    resultsLocation: { label: "Results Location", value: status.results_location },
    ...(next === undefined ? {} : { nextJob: next }),
    ...(completion === undefined ? {} : { estimatedCompletion: completion }),
    ...(status.status === "completed" ? { success: "All jobs completed successfully! 🎉" } : {}),
    ...(resume === undefined ? {} : { resume }),
    ...(kept === undefined ? {} : { kept }),
  };
}

const ALWAYS_COUNTED = ["total", "completed", "running", "pending"] as const;
const COUNTED_IF_ANY = ["failed", "blocked", "skipped", "cancelled"] as const;

function jobsLine(status: QueueStatus): LabelledLine {
  const jobs = jobsByState(status);
  const shown = [...ALWAYS_COUNTED, ...COUNTED_IF_ANY.filter((state) => jobs[state] > 0)];
  return { label: "Jobs", value: shown.map((state) => `${jobs[state]} ${state}`).join(", ") };
}

/** How many jobs are in each state, retrying ones with the running; for people: blocked ones wait for nothing any more. */
export function jobsByState({
  jobs,
  job_details,
}: QueueStatus): QueueStatus["jobs"] & { readonly blocked: number } {
  const blocked = job_details.filter(({ status }) => status === "blocked").length;
  return { ...jobs, pending: jobs.pending - blocked, blocked };
}

function failureBlock({ first_failure, job_details }: QueueStatus): FailureBlock | undefined {
  const job = job_details.find(({ job_id }) => job_id === first_failure);
  if (first_failure === undefined || job === undefined) return undefined;
  return { title: `First Failure (${first_failure})`, lines: failureLines(job) };
}

function failureLines(job: JobStatus): readonly LabelledLine[] {
  return [
    { label: "Reason", value: describeJobReason(job) ?? "unknown" },
    { label: "Command", value: job.command },
    { label: "Attempts", value: `${job.attempts}/${job.max_attempts}` },
    ...usageLines(job),
    ...(job.log_file === undefined ? [] : [{ label: "Log", value: job.log_file }]),
  ];
}

function estimatedCompletion(status: QueueStatus, time: WallTime): LabelledLine | undefined {
  const { estimated_completion, updated_at } = status;
  if (estimated_completion === undefined) return undefined;
  const at = time.shown(Date.parse(estimated_completion));
  return { label: "Estimated Completion", value: `${at} (${spanBetween(updated_at, estimated_completion)})` };
}
