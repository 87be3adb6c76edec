import type { QueueStatus } from "@spawn/status-model";
import { pause } from "../pause.js";
import { isSettled, type RemoteQueue } from "./remote-queue.js";

export interface FollowRemoteOptions {
  readonly everyMs: number;
  /** Ends following: the generator returns. */
  readonly signal: AbortSignal;
}

/** Looks at a queue until it is over or interrupted; that look is the last. @throws SpawnError as `RemoteQueue.look`. */
export async function* followRemoteQueue(
  queue: Pick<RemoteQueue, "look">,
  { everyMs, signal }: FollowRemoteOptions,
): AsyncGenerator<{ readonly status: QueueStatus; readonly last: boolean }, void> {
  while (!signal.aborted) {
    const status = await queue.look();
    const last = isSettled(status);
    yield { status, last };
    if (last || !(await pause(everyMs, signal))) return;
  }
}
