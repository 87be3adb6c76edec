import { SpawnError } from "@spawn/foundation";
import type { QueueRun } from "./queue-run.js";
import type { StorePublisher } from "./store-publisher.js";

const AGAIN_AFTER_MS = 2_000;

/**
 * Brings the queue's state into the store as it stays; a store that does not answer is not waited for longer than `ms`.
 *
 * @throws SpawnError `already-running`, `store-failed` or what the store failed with.
 */
export async function publishOnce({ parts }: QueueRun, publisher: StorePublisher, ms: number): Promise<void> {
  const { clock } = parts;
  let disarm = (): void => undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const unanswered = new SpawnError("store-failed", "the result store does not answer");
    disarm = clock.wakeAt(clock.now() + ms, () => reject(unanswered));
  });
  try {
    await Promise.race([publisher.publishFinal(), tooLate]);
  } finally {
    disarm();
  }
}

/** As `publishOnce`, again and again while the store fails and the time lasts. */
export async function publishWithin(run: QueueRun, publisher: StorePublisher, ms: number): Promise<void> {
  const { clock } = run.parts;
  const until = clock.now() + ms;
  for (;;) {
    try {
      return await publishOnce(run, publisher, until - clock.now());
    } catch (error) {
      const isReplaced = error instanceof SpawnError && error.code === "already-running";
      if (isReplaced || clock.now() + AGAIN_AFTER_MS >= until) throw error;
      await new Promise<void>((resolve) => clock.wakeAt(clock.now() + AGAIN_AFTER_MS, resolve));
    }
  }
}
