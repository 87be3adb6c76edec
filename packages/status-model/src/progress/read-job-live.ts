import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { errnoOf } from "@spawn/foundation";
import type { JobLive } from "./job-live.js";
import { lastProgress } from "./parse-progress.js";
import { parseProgressFile } from "./progress-file.js";

export interface JobLiveFiles {
  /** The job's log, merged or of one attempt. */
  readonly log: string;
  /** The job's progress file. */
  readonly progress?: string;
}

/** A progress bar may draw for long before the next line, so more is read than the lines shown need. */
const TAIL_BYTES = 64 * 1024;

const LINES_SHOWN = 5;

/**
 * Reads a running job's last lines and its progress from its files. What the job wrote to its progress file counts more
 * than what its log seems to say. A missing file is an empty one.
 */
export function readJobLive(files: JobLiveFiles): JobLive {
  const lines = linesOf(readTail(files.log));
  const written = files.progress === undefined ? undefined : parseProgressFile(readWhole(files.progress));
  const progress = written ?? lastProgress(lines);
  return { recentOutput: lines.slice(-LINES_SHOWN), ...(progress === undefined ? {} : { progress }) };
}

function linesOf(tail: string): readonly string[] {
  return tail.split("\n").filter((line) => line.trim() !== "");
}

function readTail(path: string): string {
  return unlessMissing(() => {
    const fd = openSync(path, "r");
    try {
      const from = Math.max(0, fstatSync(fd).size - TAIL_BYTES);
      const bytes = Buffer.alloc(TAIL_BYTES);
      const text = bytes.toString("utf8", 0, readSync(fd, bytes, 0, TAIL_BYTES, from));
      // The first line is cut unless the whole file was read.
      return from === 0 ? text : text.slice(text.indexOf("\n") + 1);
    } finally {
      closeSync(fd);
    }
  });
}

function readWhole(path: string): string {
  return unlessMissing(() => readFileSync(path, "utf8"));
}

function unlessMissing(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return "";
    throw error;
  }
}
