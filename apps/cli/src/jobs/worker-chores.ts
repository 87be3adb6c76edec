import { SpawnError } from "@spawn/foundation";
import type { JobManager } from "@spawn/job-queue";
import { AbandonedQueues, type AbandonedQueuesParts } from "./abandoned-queues.js";
import { removeOrphanedOutput } from "./output-owner.js";
import { pauseUnless } from "./pause-unless.js";

const LOOK_EVERY_MS = 10_000;
const PRUNE_EVERY_MS = 3_600_000;

export interface WorkerChores extends AbandonedQueuesParts {
  readonly manager: Pick<JobManager, "listJobs" | "recoverJobs" | "pruneJobs" | "getJob">;
  /** How long jobs are kept that are over, in milliseconds; for ever when absent. */
  readonly retentionMs: number | undefined;
  readonly onRemoved: (jobs: number) => void;
}

/** What a worker does beside its jobs, until the signal comes: cancels abandoned queues, removes what is over for long. */
export async function doChores(chores: WorkerChores, signal: AbortSignal): Promise<void> {
  const { manager, retentionMs } = chores;
  const abandoned = new AbandonedQueues(chores);
  const attend = async (): Promise<void> => {
    await manager.recoverJobs();
    await abandoned.end();
  };
  const { onProblem } = chores;
  await Promise.all([
    repeat(attend, LOOK_EVERY_MS, onProblem, signal),
    ...(retentionMs === undefined
      ? []
      : [repeat(() => prune(chores, retentionMs), PRUNE_EVERY_MS, onProblem, signal)]),
  ]);
}

async function prune(
  { manager, location, context, onRemoved }: WorkerChores,
  retentionMs: number,
): Promise<void> {
  const removed = await manager.pruneJobs({ finalForMs: retentionMs });
  if (removed === 0) return;
  await removeOrphanedOutput(context.paths.jobs, manager, location);
  onRemoved(removed);
}

async function repeat(
  chore: () => Promise<void>,
  everyMs: number,
  onProblem: (error: SpawnError) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await chore();
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      onProblem(error);
    }
    await pauseUnless(signal, everyMs);
  }
}
