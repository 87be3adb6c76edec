import { formatDuration, formatSize } from "@spawn/foundation";
import type { DownloadSummary } from "@spawn/result-store";
import { type JobStatus, stateIcon } from "@spawn/status-model";
import type { Palette } from "./palette.js";
import { paintState } from "./state-tone.js";

/** What is said before a download. */
export function downloadHeading(input: {
  readonly queueId: string;
  readonly source: string;
  readonly destination: string;
}): string {
  return [
    `Downloading results for queue: ${input.queueId}`,
    "",
    `Source: ${input.source}`,
    `Destination: ${input.destination}`,
  ].join("\n");
}

export interface DownloadReportInput {
  readonly summary: DownloadSummary;
  readonly destination: string;
  readonly tookMs: number;
  /** Jobs in the order of the queue file; those that are missing here come last. */
  readonly order: readonly string[];
  /** What became of the jobs, as far as that is known. */
  readonly states: ReadonlyMap<string, JobStatus["status"]>;
}

/** What is said after it: every job with its files, and the totals. */
export function downloadReport(input: DownloadReportInput, palette: Palette): string {
  const { summary, destination, tookMs, order, states } = input;
  const places = new Map(order.map((job, place) => [job, place]));
  const placeOf = (job: string): number => places.get(job) ?? order.length;
  const jobs = [...summary.jobs].sort((a, b) => placeOf(a.job) - placeOf(b.job));
  if (jobs.length === 0) {
    return ["No job of this queue has anything in the result store.", ...removedLines(summary.removed)].join(
      "\n",
    );
  }
  const there = summary.skipped === 0 ? "" : ` (${summary.skipped} files were there already)`;
  return [
    "Jobs:",
    jobs.map((job) => jobTree(job, states.get(job.job), palette).join("\n")).join("\n\n"),
    "",
    `Total downloaded: ${formatSize(downloadedBytes(summary))}${there}`,
    ...removedLines(summary.removed),
    `Time: ${spelledTime(tookMs)}`,
    "",
    `Results saved to: ${destination}`,
  ].join("\n");
}

/** Bytes of logs and results: what is listed, so that the figures add up. Exit codes and manifests come beside. */
export function downloadedBytes({ jobs }: DownloadSummary): number {
  return jobs.reduce((sum, job) => sum + listedBytes(job), 0);
}

function listedBytes({ files }: DownloadedJob): number {
  return files.reduce((sum, { kind, bytes }) => sum + (kind === "meta" ? 0 : bytes), 0);
}

/** At most this many names of removed files are shown. */
const MOST_REMOVED = 10;

function removedLines(removed: readonly string[]): readonly string[] {
  if (removed.length === 0) return [];
  const more = removed.length - MOST_REMOVED;
  return [
    `Removed, as the store has it no more: ${removed.length} ${removed.length === 1 ? "file" : "files"} of an earlier run`,
    ...removed.slice(0, MOST_REMOVED).map((name) => `  ${name}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
}

type DownloadedJob = DownloadSummary["jobs"][number];

interface Entry {
  readonly name: string;
  readonly bytes: number;
}

/** Logs, then what is directly in `results/`: a folder there is one entry. */
function jobTree(
  downloaded: DownloadedJob,
  state: JobStatus["status"] | undefined,
  palette: Palette,
): readonly string[] {
  const { job, files, provisional } = downloaded;
  const logs = files
    .filter(({ kind }) => kind === "log")
    .map(({ name, bytes: size }) => ({ name, bytes: size }));
  const results = topEntries(files.filter(({ kind }) => kind === "result"));
  const entries = [
    ...logs.map((log) => [entryLine(log)]),
    ...(results.length === 0
      ? []
      : [
          [
            provisional ? "results/ (provisional)" : "results/",
            ...branches(results.map((entry) => [entryLine(entry)])),
          ],
        ]),
  ];
  return [
    `  ${jobMark(state, palette)} ${job} (${formatSize(listedBytes(downloaded))})${stateWords(state)}`,
    ...branches(entries).map((line) => `    ${line}`),
  ];
}

function jobMark(state: JobStatus["status"] | undefined, palette: Palette): string {
  return state === undefined ? "·" : paintState(state, stateIcon(state), palette);
}

/** Of a job that completed there is nothing to add. */
function stateWords(state: JobStatus["status"] | undefined): string {
  return state === undefined || state === "completed" ? "" : `, ${state}`;
}

function entryLine({ name, bytes }: Entry): string {
  return `${name} (${formatSize(bytes)})`;
}

/** Draws the branches of a tree; each entry is a line and those below it. */
function branches(entries: readonly (readonly string[])[]): readonly string[] {
  return entries.flatMap(([line = "", ...below], index) => {
    const last = index === entries.length - 1;
    return [`${last ? "└─" : "├─"} ${line}`, ...below.map((lower) => `${last ? " " : "│"}   ${lower}`)];
  });
}

function topEntries(files: readonly Entry[]): readonly Entry[] {
  const sizes = new Map<string, number>();
  for (const { name, bytes } of files) {
    const slash = name.indexOf("/");
    const top = slash === -1 ? name : name.slice(0, slash + 1);
    sizes.set(top, (sizes.get(top) ?? 0) + bytes);
  }
  return [...sizes].map(([name, bytes]) => ({ name, bytes }));
}

function spelledTime(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds >= 60) return formatDuration(ms);
  return seconds === 0 ? "under a second" : `${seconds} ${seconds === 1 ? "second" : "seconds"}`;
}
