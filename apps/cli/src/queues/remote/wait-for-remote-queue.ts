import { SpawnError } from "@spawn/foundation";
import type { QueueStatus } from "@spawn/status-model";
import { onInterrupt } from "../../interrupts.js";
import type { WaitEnd } from "../wait-for-queue.js";
import { followRemoteQueue } from "./follow-remote-queue.js";
import type { RemoteQueue } from "./remote-queue.js";
import { type Silence, silenceOf } from "./silence.js";

const LOOK_EVERY_MS = 5_000;

export interface RemoteWaitOptions {
  readonly timeoutMs?: number | undefined;
  /** What later commands call the queue by. */
  readonly ref: string;
  /** Called with each status, the last one included. */
  readonly onStatus: (status: QueueStatus) => void;
  /** Called where its agent has not been heard for minutes, once for each silence; what it throws ends the wait. */
  readonly onSilent: (silence: Silence) => void;
  readonly everyMs?: number;
  readonly wallMs: () => number;
}

/**
 * Waits until a queue on EC2 is over or interrupted. Ctrl-C ends the wait and nothing else.
 *
 * @throws SpawnError `wait-timed-out`, and those of `RemoteQueue.look`.
 */
export async function waitForRemoteQueue(
  queue: Pick<RemoteQueue, "look">,
  { timeoutMs, ref, onStatus, onSilent, everyMs = LOOK_EVERY_MS, wallMs }: RemoteWaitOptions,
): Promise<WaitEnd> {
  const interrupted = new AbortController();
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const signal = timeout === undefined ? interrupted.signal : AbortSignal.any([interrupted.signal, timeout]);
  const stopListening = onInterrupt(() => interrupted.abort());
  let saidOf: string | undefined;
  try {
    for await (const { status, last } of followRemoteQueue(queue, { everyMs, signal })) {
      onStatus(status);
      if (last) return "over";
      const silence = silenceOf(status, wallMs());
      if (silence !== undefined && saidOf !== status.updated_at) {
        saidOf = status.updated_at;
        onSilent(silence);
      }
    }
  } finally {
    stopListening();
  }
  if (interrupted.signal.aborted) return "detached";
  throw new SpawnError("wait-timed-out", "the queue is not over yet; it goes on", {
    hint: `Watch it: spawn queue status ${ref} --watch`,
  });
}
