import { existsSync } from "node:fs";
import { SpawnError } from "@spawn/foundation";
import type { JobManager, JobStore, ScheduleStore, TrainingScheduler } from "@spawn/job-queue";
import { type JobQueuePlace, locationOf } from "./job-queue-place.js";

/** A job queue that is open. */
export interface JobQueue {
  readonly manager: JobManager;
  readonly scheduler: TrainingScheduler;
  /** What is shown of where it is kept. */
  readonly location: string;
  /** @throws SpawnError `bad-arguments` where there is such a file; `not-supported` where it is in no file. */
  backUp(target: string): Promise<void>;
}

export interface OpenOptions {
  /** Whether it is made where it is missing. */
  readonly isMade: boolean;
  /** Called with each thing about where it is kept that may lose jobs or delay them. */
  readonly onWarning?: (warning: string) => void;
}

/**
 * Opens a job queue, and closes it behind `use`. What it is made of is loaded only here: other commands start without.
 *
 * @throws SpawnError `bad-arguments` where there is none; `permission-denied`, `database-damaged`, `database-too-new`.
 */
export async function withJobQueue<Result>(
  place: JobQueuePlace,
  { isMade, onWarning = () => {} }: OpenOptions,
  use: (queue: JobQueue) => Promise<Result>,
): Promise<Result> {
  if (place.kind === "sqlite" && !isMade && !place.isDefault && !existsSync(place.path)) {
    throw new SpawnError("bad-arguments", `there is no job queue ${place.path}`, {
      hint: "It is made by its first job: spawn jobs submit. Or name another one: --db PATH",
    });
  }
  const { JobManager, TrainingScheduler } = await import("@spawn/job-queue");
  const { store, backUp } = await openStore(place, onWarning);
  try {
    return await use({
      manager: new JobManager({ store }),
      scheduler: new TrainingScheduler({ store }),
      location: locationOf(place),
      backUp,
    });
  } finally {
    await store.close();
  }
}

async function openStore(
  place: JobQueuePlace,
  onWarning: (warning: string) => void,
): Promise<{ readonly store: JobStore & ScheduleStore; readonly backUp: JobQueue["backUp"] }> {
  const { RedisJobStore, SqliteJobStore } = await import("@spawn/job-queue");
  if (place.kind === "sqlite") {
    const store = await SqliteJobStore.open({ path: place.path });
    return { store, backUp: (target) => store.backUp(target) };
  }
  const store = await RedisJobStore.open({ url: place.url, onWarning });
  return { store, backUp: refuseBackUp };
}

async function refuseBackUp(): Promise<void> {
  throw new SpawnError("not-supported", "a job queue in Redis is not in a file that could be copied", {
    hint: "Back up the server: redis-cli --rdb FILE",
  });
}
