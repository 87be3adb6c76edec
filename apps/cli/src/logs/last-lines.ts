import type { Context } from "../context.js";
import type { QueueReference } from "../queues/queue-reference.js";

import { LogLines } from "./log-lines.js";
import { logBytes } from "./log-source.js";
import { TailBuffer } from "./tail-buffer.js";

/** Enough for the last lines of any log but one of enormous lines, whose first is then cut. */
const LAST_BYTES = 256 * 1024;

/**
 * The last lines of a job's merged log.
 *
 * @param attempt this one's alone; all where it is undefined
 * @throws SpawnError `not-supported` where it is not known yet which lines are the attempt's
 */
export async function lastLines(
  context: Context,
  reference: QueueReference,
  job: string,
  { count, attempt }: { readonly count: number; readonly attempt: number | undefined },
): Promise<readonly string[]> {
  const lines = new LogLines();
  const tail = new TailBuffer(count);
  const log = logBytes(context, reference, job, { kind: "merged", attempt }, { lastBytes: LAST_BYTES });
  for await (const bytes of log) tail.push(lines.push(bytes));
  tail.push(lines.end());
  return tail.lines;
}
