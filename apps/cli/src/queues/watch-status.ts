import type { LocalQueue } from "@spawn/launcher";
import type { QueueStatus } from "@spawn/status-model";
import type { Context } from "../context.js";
import { followQueue } from "./follow-queue.js";
import type { Ec2Reference, LocalReference } from "./queue-reference.js";
import { followRemoteQueue } from "./remote/follow-remote-queue.js";
import { openRemoteQueue } from "./remote/open-remote-queue.js";

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
async function watchStatus(queue: LocalQueue, options: WatchOptions): Promise<QueueStatus | undefined> {
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

/**
 * As `watchStatus`, wherever the queue is.
 *
 * @throws SpawnError where it cannot be read at all.
 */
export async function watchReference(
  context: Context,
  reference: LocalReference | Ec2Reference,
  options: WatchOptions,
): Promise<QueueStatus | undefined> {
  const { refreshMs, signal, show } = options;
  if (reference.kind === "local") {
    const { openQueue } = await import("./open-local-queue.js");
    const { queue } = await openQueue(context, reference.instance, { signal });
    return watchStatus(queue, options);
  }
  const queue = await openRemoteQueue(context, reference);
  for await (const { status, last } of followRemoteQueue(queue, { everyMs: refreshMs, signal })) {
    if (last) return status;
    show(status);
  }
  return undefined;
}
