import type { JobStats } from "@spawn/job-queue";
import type { ErrorCount } from "../../jobs/count-errors.js";
import type { Palette } from "../palette.js";

const RULE = "-".repeat(40);
const WIDTH = 18;

/** `spawn jobs stats` */
export function statsText(stats: JobStats, palette: Palette): string {
  const counted = (["pending", "running", "completed", "failed", "cancelled"] as const).map((status) =>
    line(capitalised(status), stats[status]),
  );
  return [
    palette.strong("Queue Statistics:"),
    palette.faint(RULE),
    ...counted,
    palette.faint(RULE),
    line("Total", stats.total),
    ...unhandledLines(stats, palette),
  ].join("\n");
}

function unhandledLines({ unhandled }: JobStats, palette: Palette): readonly string[] {
  if (unhandled.length === 0) return [];
  return [
    "",
    palette.warn("Pending, and no worker that runs now can take them:"),
    ...unhandled.map(({ needs, jobs }) => `  ${needsInWords(needs)}: ${jobs}`),
  ];
}

/** What a job needs of its worker, in words. */
function needsInWords(needs: string): string {
  const type = /^type:(.*)$/s.exec(needs)?.[1];
  return type === undefined ? `jobs with a ${needs} (spawn worker)` : `type ${type} (a handler of your own)`;
}

/** `  3: exit code 1`, the most frequent first. */
export function errorsText(errors: readonly ErrorCount[], palette: Palette): string {
  return [
    palette.strong("Failed jobs by error:"),
    palette.faint(RULE),
    ...errors.map(({ jobs, error_message }) => `${String(jobs).padStart(3)}: ${firstLine(error_message)}`),
  ].join("\n");
}

function firstLine(text: string): string {
  const [first = ""] = text.split("\n");
  return first.length > 80 ? `${first.slice(0, 79)}…` : first;
}

function line(label: string, count: number): string {
  return `${label}:${String(count).padStart(WIDTH - label.length - 1)}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
