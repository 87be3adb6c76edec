import { setTimeout as wait } from "node:timers/promises";
import { SpawnError } from "@spawn/foundation";
import { type Instance, LocalQueue } from "@spawn/launcher";
import type { JournalRecord } from "@spawn/status-model";
import type { Context } from "../context.js";

const FIRST_RECORD_POLL_MS = 20;

export interface OpenQueue {
  readonly queue: LocalQueue;
  /** What was read of its journal so far. */
  readonly records: readonly JournalRecord[];
}

/**
 * The queue of an instance, its journal read so far. A runner that has only just started is waited for until it has
 * written its first record.
 *
 * @throws SpawnError `runner-failed` when there is no runner and it never wrote one; `journal-damaged`.
 */
export async function openQueue(
  context: Context,
  instance: Instance,
  options: { readonly signal?: AbortSignal } = {},
): Promise<OpenQueue> {
  const queue = new LocalQueue(instance.root, context.clock);
  for (;;) {
    // Asked before reading: what a runner wrote last is then read for certain.
    const runner = queue.runner();
    const { records } = queue.refresh();
    if (records.length > 0) return { queue, records };
    if (runner === "gone") throw silentRunner(queue, instance);
    await wait(FIRST_RECORD_POLL_MS, undefined, options);
  }
}

/** For a queue whose runner ended before it wrote a first record. */
export function silentRunner(queue: LocalQueue, instance: Instance): SpawnError {
  const said = queue.lastWords();
  const why = said === "" ? "" : `:\n${said}`;
  return new SpawnError(
    "runner-failed",
    `the runner of ${instance.queueId} ended before it wrote anything${why}`,
    { hint: `Its log: ${queue.layout.runnerLog}` },
  );
}
