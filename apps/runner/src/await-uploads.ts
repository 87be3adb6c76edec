import type { QueueRun } from "./queue-run.js";

/** How long what is tried once more after the deadline may take: a store that hangs ends nothing by itself. */
const LAST_TRY_MS = 10_000;

/**
 * Waits until everything is in the store, or the deadline for that has passed; `onPending` takes what comes meanwhile, and
 * may give everything up before.
 */
export async function awaitUploads(run: QueueRun, onPending: () => Promise<void>): Promise<void> {
  const { clock, uploadDeadlineMs } = run.parts;
  let isOver = false;
  const over = run.uploads.settled().then(() => {
    isOver = true;
  });
  const disarm = clock.wakeAt(clock.now() + uploadDeadlineMs, () => run.uploads.giveUp());
  const cutShort = new Promise<void>((resolve) => {
    run.uploads.onGivenUp(() => clock.wakeAt(clock.now() + LAST_TRY_MS, resolve));
  }).then(() => {
    isOver = true;
  });
  while (!isOver) {
    await Promise.race([over, cutShort, run.inbox.filled()]);
    await onPending();
  }
  disarm();
}
