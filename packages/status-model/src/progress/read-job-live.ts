import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { errnoOf } from "@spawn/foundation";
import type { JobLive } from "./job-live.js";
import { lastProgress } from "./parse-progress.js";
import { parseProgressFile } from "./progress-file.js";

export interface JobLiveFiles {
  /** The job's merged log. */
  readonly log: string;
  /** The job's progress file. */
  readonly progress?: string;
}

/** More than the lines shown need: the last progress may be a while ago. */
const TAIL_BYTES = 64 * 1024;

const LINES_SHOWN = 5;

/**
 * Reads a running job's last lines and its progress from its files. What the job wrote to its progress file counts more
 * than what its log seems to say. A line counts once it is complete: half of `Epoch 1/100` reads as `Epoch 1/10`. A
 * missing file is an empty one.
 */
export function readJobLive(files: JobLiveFiles): JobLive {
  const lines = linesOf(readTail(files.log));
  const written = files.progress === undefined ? undefined : parseProgressFile(readWhole(files.progress));
  const progress = written ?? lastProgress(lines);
  return { recentOutput: lines.slice(-LINES_SHOWN), ...(progress === undefined ? {} : { progress }) };
}

function linesOf(tail: string): readonly string[] {
  return tail
    .split("\n")
    .slice(0, -1)
    .filter((line) => line.trim() !== "");
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
