import type { LocalQueue } from "@spawn/launcher";
import type { JournalRecord } from "@spawn/status-model";
import { pause } from "./pause.js";

/** One look at a queue that is followed. */
export interface QueueLook {
  /** What has happened since the look before; at the first one, everything. */
  readonly records: readonly JournalRecord[];
  /** The records are all of them once more: a new runner cut a torn end off the journal. */
  readonly restarted: boolean;
  /** There is no runner any more: the queue is over or interrupted, and this is the last look. */
  readonly last: boolean;
}

export interface FollowOptions {
  readonly everyMs: number;
  /** Ends following: the generator returns. */
  readonly signal?: AbortSignal;
}

/** Looks at a queue until its runner has left it. */
export async function* followQueue(
  queue: LocalQueue,
  options: FollowOptions,
): AsyncGenerator<QueueLook, void> {
  const { everyMs, signal } = options;
  while (!signal?.aborted) {
    // Asked before reading: the last look then has all that the runner wrote.
    const last = queue.runner() === "gone";
    yield { ...queue.refresh(), last };
    if (last || !(await pause(everyMs, signal))) return;
  }
}
