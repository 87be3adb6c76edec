import type { LocalQueue } from "@spawn/launcher";
import type { QueueStatus } from "@spawn/status-model";
import { followQueue } from "./follow-queue.js";

const LOOK_EVERY_MS = 150;

export interface WatchOptions {
  readonly refreshMs: number;
  readonly signal: AbortSignal;
  readonly show: (status: QueueStatus) => void;
}

/**
 * Shows the status of a queue that goes on, at once and every `refreshMs`.
 *
 * @returns its last status when the queue is over, which was not shown; `undefined` when the signal came first.
 */
export async function watchStatus(
  queue: LocalQueue,
  options: WatchOptions,
): Promise<QueueStatus | undefined> {
  const { refreshMs, signal, show } = options;
  let shownAtMs = Number.NEGATIVE_INFINITY;
  for await (const { last } of followQueue(queue, { everyMs: Math.min(LOOK_EVERY_MS, refreshMs), signal })) {
    if (last) return queue.status();
    const nowMs = performance.now();
    if (nowMs - shownAtMs < refreshMs) continue;
    shownAtMs = nowMs;
    show(queue.status());
  }
  return undefined;
}
