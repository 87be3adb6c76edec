import { formatDuration } from "@spawn/foundation";
import { type JobRow, type QueueStatus, type StatusView, statusView } from "@spawn/status-model";
import type { TerminalSize } from "../terminal/frame-painter.js";
import { columnWidths, cutTo, padTo } from "./columns.js";
import { hiddenRows } from "./hidden-rows.js";
import { liveDetail } from "./live-detail.js";
import type { Palette } from "./palette.js";
import { paintState } from "./state-tone.js";

export interface LiveViewOptions extends TerminalSize {
  readonly palette: Palette;
  /** The last line: what the person can do. */
  readonly footer: string;
  /** For a status from afar, the wall clock here in ms since the Unix epoch: it then says how old it is. */
  readonly seenMs?: number | undefined;
}

/** Last lines shown of each running job. */
const OUTPUT_LINES = 3;
/** Lines that are always there: title, counts, footer and the blank ones between them; the cursor's own and one above the frame. */
const FRAME_LINES = 7;
const FEWEST_JOBS = 3;

/** One frame of a queue that is watched while it runs: never wider or higher than the terminal. */
export function liveView(status: QueueStatus, options: LiveViewOptions): string {
  const { columns, rows, palette, footer, seenMs } = options;
  const view = statusView(status);
  const room = Math.max(FEWEST_JOBS, rows - FRAME_LINES);
  const jobsAtLeast = Math.min(view.rows.length, Math.ceil(room / 2));
  const output = outputLines(view, room - jobsAtLeast, palette);
  const lines = [
    [title(status, palette), ...ageWords(status, seenMs)].join("  "),
    palette.faint(view.jobs.value),
    "",
    ...jobLines(status, view.rows, room - output.length, palette),
    ...output,
    "",
    palette.faint(footer),
  ];
  return lines.map((line) => cutTo(line, columns - 1)).join("\n");
}

function title({ queue_id, status, elapsed, duration }: QueueStatus, palette: Palette): string {
  const time = elapsed ?? duration;
  const parts = [
    palette.strong(queue_id),
    paintState(status, status, palette),
    ...(time === undefined ? [] : [time]),
  ];
  return parts.join("  ");
}

/** Clocks differ: what was heard is never from the future. */
function ageWords(
  { updated_at, nothing_heard_since }: QueueStatus,
  seenMs: number | undefined,
): readonly string[] {
  if (seenMs === undefined) return [];
  const ago = `${formatDuration(Math.max(0, seenMs - Date.parse(updated_at)))} ago`;
  return [nothing_heard_since === undefined ? `(heard ${ago})` : `(nothing heard since its launch ${ago})`];
}

function outputLines(view: StatusView, room: number, palette: Palette): readonly string[] {
  const lines: string[] = [];
  for (const job of view.currentJobs) {
    const output = job.recentOutput.slice(-OUTPUT_LINES);
    if (output.length === 0 || lines.length + output.length + 2 > room) continue;
    lines.push("", `  ${job.title}`, ...output.map((line) => palette.faint(`  │ ${printable(line)}`)));
  }
  return lines;
}

/** What jobs print may move the cursor: in a frame it must not. */
function printable(line: string): string {
  return line.replace(/\t/g, "  ").replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|[\u0000-\u001f\u007f]/g, "");
}

const URGENCY: Readonly<Record<JobRow["state"], number>> = {
  running: 0,
  retrying: 1,
  failed: 2,
  pending: 3,
  blocked: 4,
  cancelled: 4,
  skipped: 4,
  completed: 5,
};

/** The jobs in file order; where not all fit, the most urgent ones and a count of the others. */
function jobLines(
  { job_details, updated_at }: QueueStatus,
  rows: readonly JobRow[],
  room: number,
  palette: Palette,
): readonly string[] {
  const byUrgency = [...rows.keys()].sort((a, b) => urgencyOf(rows, a) - urgencyOf(rows, b) || a - b);
  const chosen = new Set(rows.length <= room ? byUrgency : byUrgency.slice(0, room - 1));
  const [idWidth = 0, stateWidth = 0] = columnWidths(rows.map(({ id, state }) => [id, state]));
  const lines = job_details.flatMap((job, index) => {
    const row = rows[index];
    if (row === undefined || !chosen.has(index)) return [];
    const icon = paintState(row.state, row.icon, palette);
    const state = paintState(row.state, padTo(row.state, stateWidth), palette);
    return [`  ${icon} ${padTo(row.id, idWidth)}   ${state}   ${liveDetail(job, updated_at)}`.trimEnd()];
  });
  const hidden = rows.filter((_, index) => !chosen.has(index));
  return hidden.length === 0 ? lines : [...lines, palette.faint(`  … ${hiddenRows(hidden)}`)];
}

function urgencyOf(rows: readonly JobRow[], index: number): number {
  const row = rows[index];
  return row === undefined ? 0 : URGENCY[row.state];
}
