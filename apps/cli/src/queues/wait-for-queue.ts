import { SpawnError } from "@spawn/foundation";
import type { LocalQueue } from "@spawn/launcher";
import type { QueueStatus } from "@spawn/status-model";
import { EXIT, type ExitStatus } from "../exit-status.js";
import { onInterrupt } from "../interrupts.js";
import { followQueue, type QueueLook } from "./follow-queue.js";

const LOOK_EVERY_MS = 150;

/** How waiting for a queue ended. */
export type WaitEnd = "over" | "detached";

export interface WaitOptions {
  readonly timeoutMs?: number | undefined;
  /** What later commands call the queue by. */
  readonly ref: string;
  /** Called at every look, the last one included. */
  readonly onLook?: (look: QueueLook) => void;
}

/**
 * Waits until no runner works on a queue any more. Ctrl-C ends the wait and nothing else.
 *
 * @throws SpawnError `wait-timed-out`.
 */
export async function waitForQueue(queue: LocalQueue, options: WaitOptions): Promise<WaitEnd> {
  const { ref, timeoutMs, onLook } = options;
  const interrupted = new AbortController();
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const signal = timeout === undefined ? interrupted.signal : AbortSignal.any([interrupted.signal, timeout]);
  const stopListening = onInterrupt(() => interrupted.abort());
  try {
    for await (const look of followQueue(queue, { everyMs: LOOK_EVERY_MS, signal })) {
      onLook?.(look);
      if (look.last) return "over";
    }
  } finally {
    stopListening();
  }
  if (interrupted.signal.aborted) return "detached";
  throw new SpawnError("wait-timed-out", "the queue is not over yet; it goes on", {
    hint: `Watch it: spawn queue status ${ref} --watch`,
  });
}

/** The exit status that a queue's final state gives to a command that waited for it. */
export function exitStatusOfQueue({ status }: QueueStatus): ExitStatus {
  return status === "completed" ? EXIT.done : EXIT.failed;
}

/** What a command says that was left while it waited. @param ref what later commands call the queue by */
export function detachedWords(ref: string): string {
  return `Detached: the queue goes on. Watch it: spawn queue status ${ref} --watch`;
}
