import type { Context } from "../context.js";
import type { QueueReference } from "../queues/resolve-reference.js";
import { LogLines } from "./log-lines.js";
import { logBytes } from "./log-source.js";
import { TailBuffer } from "./tail-buffer.js";

/** The last lines of a job's merged log. */
export async function lastLines(
  context: Context,
  reference: QueueReference,
  job: string,
  count: number,
): Promise<readonly string[]> {
  const lines = new LogLines();
  const tail = new TailBuffer(count);
  for await (const bytes of logBytes(context, reference, job, { kind: "merged" }))
    tail.push(lines.push(bytes));
  tail.push(lines.end());
  return tail.lines;
}
