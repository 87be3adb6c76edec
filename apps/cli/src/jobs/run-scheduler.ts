import { SpawnError } from "@spawn/foundation";
import type { SchedulerRunOptions, TrainingScheduler } from "@spawn/job-queue";
import { pauseUnless } from "./pause-unless.js";

const PAUSE_MS = 1_000;

export interface RunScheduler extends SchedulerRunOptions {
  readonly scheduler: Pick<TrainingScheduler, "run">;
  /** The store could not be used; it is tried again. */
  readonly onStoreFailed: (error: SpawnError) => void;
}

/**
 * Submits the jobs of schedules, at their times, until the signal comes.
 *
 * @throws SpawnError what makes the store useless (`permission-denied`, `database-damaged`, …).
 */
export async function runScheduler({ scheduler, onStoreFailed, ...options }: RunScheduler): Promise<void> {
  while (!options.signal.aborted) {
    try {
      await scheduler.run(options);
    } catch (error) {
      if (!isPassing(error)) throw error;
      onStoreFailed(error);
      await pauseUnless(options.signal, PAUSE_MS);
    }
  }
}

/** What may be over by itself. */
function isPassing(error: unknown): error is SpawnError {
  return error instanceof SpawnError && ["database-busy", "no-space", "store-failed"].includes(error.code);
}
