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
 * Shows a queue's status at once, every `refreshMs`, and when it is over.
 *
 * @returns the status shown last when the queue is over; `undefined` when the signal came first.
 */
export async function watchStatus(
  queue: LocalQueue,
  options: WatchOptions,
): Promise<QueueStatus | undefined> {
  const { refreshMs, signal, show } = options;
  let shownAtMs = Number.NEGATIVE_INFINITY;
  for await (const { last } of followQueue(queue, { everyMs: Math.min(LOOK_EVERY_MS, refreshMs), signal })) {
    const nowMs = performance.now();
    if (!last && nowMs - shownAtMs < refreshMs) continue;
    shownAtMs = nowMs;
    const status = queue.status();
    show(status);
    if (last) return status;
  }
  return undefined;
}
