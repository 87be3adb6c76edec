import {
  describeQueueReason,
  type JobRow,
  jobsByState,
  type QueueStatus,
  statusView,
} from "@spawn/status-model";
import { failureBlock } from "./failure-block.js";
import { hiddenRows } from "./hidden-rows.js";
import { jobRowLines } from "./job-rows.js";
import { keptBlock } from "./kept-block.js";
import type { Palette } from "./palette.js";
import { shipHint } from "./ship-hint.js";
import { paintState } from "./state-tone.js";

export interface RunSummaryInput {
  readonly status: QueueStatus;
  /** What later commands call the queue by. */
  readonly ref: string;
  /** Last log lines of the job that failed first. */
  readonly failureLog: readonly string[];
  /** Where the results lie now, and how many; absent where they were not brought. */
  readonly results?: string;
  /** Of the terminal it goes to, if it does. */
  readonly columns?: number | undefined;
  /** Whether it ran on EC2. */
  readonly isOnEc2?: boolean;
  /** The wall clock here in ms since the Unix epoch, of a queue on EC2. */
  readonly seenMs?: number;
}

/** A queue of more jobs than this is summed up. */
const MOST_JOBS = 50;
/** Jobs shown of such a queue. */
const MOST_SHOWN = 20;

/** What `queue run` says at the end. */
export function runSummary(input: RunSummaryInput, palette: Palette): string {
  const { status, ref, results } = input;
  const { seenMs } = input;
  const view = statusView(status, { ref, ...(seenMs === undefined ? {} : { wallMs: seenMs }) });
  const blocks = [
    [`${headline(status, palette)}`],
    jobLines(view.rows, input, palette),
    failureLines(input, palette),
    view.warnings.map((warning) => `${palette.warn("⚠")} ${warning}`),
    [...resumeLines(status, ref, palette), ...(input.isOnEc2 ? shipHint(status, ref, palette) : [])],
    view.kept === undefined ? [] : keptBlock(view.kept, palette),
    results === undefined ? [] : [`Results: ${results}`],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

/** `✓ first-pipeline completed in 30s (3 of 3 jobs completed)` */
function headline(queue: QueueStatus, palette: Palette): string {
  const { queue_id, status, reason, duration, elapsed } = queue;
  const jobs = jobsByState(queue);
  const icon = status === "completed" ? "✓" : status === "failed" ? "✗" : "■";
  const time = duration ?? elapsed;
  const others = (["failed", "blocked", "skipped", "cancelled"] as const).filter((state) => jobs[state] > 0);
  const counted = [
    `${jobs.completed} of ${jobs.total} jobs completed`,
    ...others.map((state) => `${jobs[state]} ${state}`),
  ];
  const why = reason === "global-timeout" ? `: ${describeQueueReason(reason)}` : "";
  const words = `${queue_id} ${status}${time === undefined ? "" : ` ${status === "completed" ? "in" : "after"} ${time}`}${why}`;
  return `${paintState(status, `${icon} ${words}`, palette)} (${counted.join(", ")})`;
}

/** All jobs of a queue; of one with many, those that went wrong, the failed ones first, and a count of the others. */
function jobLines(
  rows: readonly JobRow[],
  { ref, columns }: RunSummaryInput,
  palette: Palette,
): readonly string[] {
  if (rows.length <= MOST_JOBS) return jobRowLines(rows, palette, columns).flat();
  const wrong = (["failed", "blocked", "cancelled"] as const).flatMap((state) =>
    rows.filter((row) => row.state === state),
  );
  const shown = wrong.slice(0, MOST_SHOWN);
  const isShown = new Set(shown);
  return [
    ...jobRowLines(shown, palette, columns).flat(),
    palette.faint(`  … ${hiddenRows(rows.filter((row) => !isShown.has(row)))}`),
    `  To see them all: ${palette.strong(`spawn queue status ${ref}`)}`,
  ];
}

function failureLines({ status, ref, failureLog }: RunSummaryInput, palette: Palette): readonly string[] {
  const { failure } = statusView(status);
  const job = status.first_failure;
  if (failure === undefined || job === undefined) return [];
  return failureBlock(failure, { ref, job, log: failureLog }, palette);
}

function resumeLines({ status }: QueueStatus, ref: string, palette: Palette): readonly string[] {
  switch (status) {
    case "interrupted":
      return [`To go on where it stopped: ${palette.strong(`spawn queue resume ${ref}`)}`];
    case "failed":
    case "cancelled":
      return [`To run again what did not complete: ${palette.strong(`spawn queue resume ${ref}`)}`];
    case "pending":
    case "running":
    case "unknown":
      return [`It goes on. Watch it: ${palette.strong(`spawn queue status ${ref} --watch`)}`];
    case "completed":
      return [];
  }
}
