import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { errnoOf } from "@spawn/foundation";
import type { JobLive } from "./job-live.js";
import { lastProgress } from "./parse-progress.js";
import { parseProgressFile } from "./progress-file.js";

export interface JobLiveFiles {
  /** The job's merged log. */
  readonly log: string;
  /** Bytes of the log before the attempt that runs; `undefined` where nothing of it is there yet. Default 0. */
  readonly from?: number | undefined;
  /** The job's progress file. */
  readonly progress?: string;
}

/** More than the lines shown need: the last progress may be a while ago. */
const TAIL_BYTES = 64 * 1024;

const LINES_SHOWN = 5;

/**
 * Reads a running job's last lines and its progress from its files. What the job wrote to its progress file counts more
 * than what its log seems to say. A line counts once it is complete: half of `Epoch 1/100` reads as `Epoch 1/10`. The
 * lines are those of all attempts, the progress is that of the one that runs. A missing file is an empty one.
 */
export function readJobLive(files: JobLiveFiles): JobLive {
  const from = "from" in files ? (files.from ?? Number.POSITIVE_INFINITY) : 0;
  const tail = readTail(files.log);
  const written = files.progress === undefined ? undefined : parseProgressFile(readWhole(files.progress));
  const progress = written ?? lastProgress(linesOf(tail, from));
  const recentOutput = linesOf(tail, 0).slice(-LINES_SHOWN);
  return { recentOutput, ...(progress === undefined ? {} : { progress }) };
}

interface Tail {
  readonly bytes: Buffer;
  /** Where in the file it begins. */
  readonly offset: number;
}

/** The tail's complete lines from that byte of the file on. */
function linesOf({ bytes, offset }: Tail, from: number): readonly string[] {
  return bytes
    .toString("utf8", Math.max(0, Math.min(from - offset, bytes.length)))
    .split("\n")
    .slice(0, -1)
    .filter((line) => line.trim() !== "");
}

function readTail(path: string): Tail {
  const tail = unlessMissing(() => {
    const fd = openSync(path, "r");
    try {
      const offset = Math.max(0, fstatSync(fd).size - TAIL_BYTES);
      const bytes = Buffer.alloc(TAIL_BYTES);
      const read = bytes.subarray(0, readSync(fd, bytes, 0, TAIL_BYTES, offset));
      // The first line is cut unless the whole file was read.
      const cut = offset === 0 ? 0 : read.indexOf("\n") + 1;
      return { bytes: read.subarray(cut), offset: offset + cut };
    } finally {
      closeSync(fd);
    }
  });
  return tail ?? { bytes: Buffer.alloc(0), offset: 0 };
}

function readWhole(path: string): string {
  return unlessMissing(() => readFileSync(path, "utf8")) ?? "";
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
