import type { Instance } from "@spawn/launcher";
import { type QueueStatus, type StatusView, statusView } from "@spawn/status-model";
import { type FailureDetails, failureBlock } from "./failure-block.js";
import { jobRowLines } from "./job-rows.js";
import { keptBlock } from "./kept-block.js";
import type { Palette } from "./palette.js";
import { shipHint } from "./ship-hint.js";
import { shownView } from "./shown-view.js";
import { paintState } from "./state-tone.js";

export interface StatusTextOptions {
  readonly palette: Palette;
  readonly timeZone?: string;
  /** Of the queue's instance, where there is one. */
  readonly instanceState?: Instance["state"] | undefined;
  /** Of the job that failed first, once the queue is over. */
  readonly failure?: FailureDetails | undefined;
  /** For a status from afar, the wall clock here in ms since the Unix epoch: it then says how old it is. */
  readonly seenMs?: number | undefined;
  /** Of the terminal it goes to, if it does. */
  readonly columns?: number | undefined;
  /** What later commands call the queue by; default: its id. */
  readonly ref?: string | undefined;
}

/** The text form of a queue's status. */
export function statusText(status: QueueStatus, options: StatusTextOptions): string {
  const { palette, timeZone, columns, seenMs, ref } = options;
  const full = statusView(status, {
    ...(seenMs === undefined ? {} : { wallMs: seenMs }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(ref === undefined ? {} : { ref }),
  });
  const view = shownView(full, status, options.instanceState);
  const blocks = [
    headerBlock(view, status, palette),
    [labelled(view.jobs, palette)],
    [palette.strong("Job Details:"), ...jobRowLines(view.rows, palette, columns).flat()],
    ...view.currentJobs.map((job) => currentJobBlock(job, palette)),
    view.failure === undefined ? [] : failureBlock(view.failure, options.failure, palette),
    warningsBlock(view, palette),
    [labelled(view.resultsLocation, palette)],
    [view.nextJob, view.estimatedCompletion].flatMap((line) =>
      line === undefined ? [] : [labelled(line, palette)],
    ),
    view.resume === undefined
      ? []
      : [
          `${view.resume.text}: ${palette.strong(view.resume.command)}`,
          ...(seenMs === undefined ? [] : shipHint(status, ref ?? status.queue_id, palette)),
        ],
    view.kept === undefined ? [] : keptBlock(view.kept, palette),
    view.success === undefined ? [] : [palette.good(view.success)],
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

type LabelledLine = StatusView["header"][number];

function labelled({ label, value }: LabelledLine, palette: Palette): string {
  return `${palette.strong(`${label}:`)} ${value}`;
}

function headerBlock(view: StatusView, status: QueueStatus, palette: Palette): readonly string[] {
  return view.header.map((line) =>
    line.label === "Status"
      ? labelled({ ...line, value: paintState(status.status, line.value, palette) }, palette)
      : labelled(line, palette),
  );
}

function currentJobBlock(job: StatusView["currentJobs"][number], palette: Palette): readonly string[] {
  const output = job.recentOutput.map((line) => `    ${line}`);
  return [
    palette.strong(`${job.title}:`),
    ...job.lines.map(({ label, value }) => `  ${label}: ${value}`),
    ...(output.length === 0 ? [] : ["", "  Recent Output:", ...output]),
  ];
}

function warningsBlock(view: StatusView, palette: Palette): readonly string[] {
  if (view.warnings.length === 0) return [];
  return [palette.warn("Warnings:"), ...view.warnings.map((warning) => `  ⚠ ${warning}`)];
}
