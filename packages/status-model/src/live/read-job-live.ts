import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { errnoOf } from "@spawn/foundation";
import { lastProgress } from "../progress/parse-progress.js";
import type { Progress } from "../progress/progress.js";
import { parseProgressFile } from "../progress/progress-file.js";

/** Enough of a log's end for the last lines and the last progress. */
const TAIL_BYTES = 16 * 1024;
const RECENT_LINES = 5;
const TIME_OF_DAY = /^\[\d\d:\d\d:\d\d\] /;

/** What a running job shows of itself. Read live, never journaled. */
export interface JobOutput {
  readonly progress?: Progress;
  /** The last lines of the merged log, oldest first, their times included. */
  readonly recentOutput: readonly string[];
}

/** Reads the end of a job's merged log and its progress file, which wins; either may not be there yet. */
export function readJobLive(paths: { readonly log: string; readonly progress: string }): JobOutput {
  const lines = tailLines(paths.log);
  const declared = readIfThere(paths.progress);
  const progress =
    (declared === undefined ? undefined : parseProgressFile(declared)) ??
    lastProgress(lines.map((line) => line.replace(TIME_OF_DAY, "")));
  return { ...(progress === undefined ? {} : { progress }), recentOutput: lines.slice(-RECENT_LINES) };
}

function tailLines(path: string): readonly string[] {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    if (errnoOf(error) !== undefined) return [];
    throw error;
  }
  try {
    const { size } = fstatSync(fd);
    const start = Math.max(0, size - TAIL_BYTES);
    const bytes = Buffer.alloc(size - start);
    const length = readSync(fd, bytes, 0, bytes.length, start);
    const lines = bytes.subarray(0, length).toString("utf8").split("\n");
    // The first may be cut; the last is empty, or not complete yet.
    return lines.slice(start > 0 ? 1 : 0, -1);
  } finally {
    closeSync(fd);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) !== undefined) return undefined;
    throw error;
  }
}
