import type { LocalQueue } from "@spawn/launcher";
import { followQueue } from "../queues/follow-queue.js";
import { LogFile } from "./log-file.js";
import { LogLines, tailOf } from "./log-lines.js";

export interface FollowLogsOptions {
  readonly jobs: readonly string[];
  /** Of what is there already, this many last lines of each job. */
  readonly tail: number | undefined;
  readonly signal: AbortSignal;
  readonly onLine: (job: string, line: string) => void;
}

const LOOK_EVERY_MS = 200;

/** Hands out the lines of jobs' merged logs as they come, until the queue is over or the signal comes. */
export async function followLogs(queue: LocalQueue, options: FollowLogsOptions): Promise<void> {
  const { jobs, tail, signal, onLine } = options;
  const open = jobs.map((job) => ({
    job,
    file: new LogFile(queue.layout.mergedLog(job)),
    lines: new LogLines(),
  }));
  let first = true;
  for await (const { last } of followQueue(queue, { everyMs: LOOK_EVERY_MS, signal })) {
    for (const { job, file, lines } of open) {
      const fresh = [...file.read()].flatMap((chunk) => lines.push(chunk));
      if (last) fresh.push(...lines.end());
      for (const line of first ? tailOf(fresh, tail) : fresh) onLine(job, line);
    }
    first = false;
  }
}
