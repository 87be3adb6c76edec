import type { QueueOutcome } from "@spawn/dag-core";
import { SpawnError } from "@spawn/foundation";
import type { KeptInstance } from "@spawn/status-model";
import type { Logger } from "pino";
import { startHousekeeping } from "./housekeeping.js";
import { type OpenQueueRunOptions, openQueueRun } from "./open-queue-run.js";
import { publishOnce, publishWithin } from "./publish-within.js";
import type { PendingEvent, QueueRun } from "./queue-run.js";
import { runQueue, storeEverything } from "./run-queue.js";
import { StorePublisher } from "./store-publisher.js";

/** For how long a store is waited for that has failed already. */
const PUBLISH_MS = 30_000;

/** Turns what comes from outside (requests, signals, deadlines) into events, until the signal. */
export type Watcher = (run: QueueRun, signal: AbortSignal) => void;

export interface SessionOptions extends OpenQueueRunOptions {
  /** Whether a final queue runs again what did not complete. */
  readonly resume: boolean;
  /** With `resume`: jobs that run again too, with all downstream of them. */
  readonly rerun: readonly string[];
  /** Called once each, before anything of this session is recorded. */
  readonly watchers: readonly Watcher[];
  /** What is recorded of the end before the store is told of it: what becomes of the instance. */
  readonly atEnd?: (end: SessionEnd) => readonly PendingEvent["event"][];
}

/** How and when a queue ended; wall clock, ms since the Unix epoch. */
export interface SessionEnd {
  readonly outcome: QueueOutcome;
  readonly at: number;
  /** That the instance stays, as far as it was recorded. */
  readonly kept: KeptInstance | undefined;
}

/** One runner's hold on a queue: takes it over, runs it to its end, lets it go. */
export async function runSession(options: SessionOptions, log: Logger): Promise<SessionEnd> {
  const run = openQueueRun(options);
  const { queueId, lock } = run.parts;
  log.info({ queueId, epoch: lock.epoch }, "runner started");
  const { kind, reason } = options.containment;
  log.info({ containment: kind, reason }, "containment");
  const ending = new AbortController();
  try {
    const publisher = new StorePublisher(run);
    const finished = run.parts.fold.finished;
    if (finished !== undefined && finished.state !== "interrupted" && !startsAgain(run, options)) {
      // The runner that finished it may have died before it could say so in the store, or the store had failed it.
      if (run.hasUnstored()) await storeWhatIsMissing(run);
      await recordEnd(run, options, finished);
      await publisher.publishFinal();
      return endOf(run, finished);
    }
    await publisher.publishQueue();
    for (const watch of options.watchers) watch(run, ending.signal);
    const stopHousekeeping = startHousekeeping(run, publisher);
    ending.signal.addEventListener("abort", stopHousekeeping, { once: true });
    const outcome = await runQueue(run, beginning(run, options.rerun)).catch(async (error: unknown) => {
      stopHousekeeping();
      // Whoever looks at the store should not see the queue running for ever; if that fails too, the first error counts.
      await publishOnce(run, publisher, PUBLISH_MS).catch(() => undefined);
      throw error;
    });
    stopHousekeeping();
    for (const { job, why } of run.uploads.unstored())
      log.warn({ job, why }, "not all of it is in the store");
    await recordEnd(run, options, outcome);
    await publishEnd(run, publisher, log);
    log.info({ queueId, outcome }, "queue finished");
    return endOf(run, outcome);
  } finally {
    ending.abort();
    run.close();
  }
}

async function recordEnd(run: QueueRun, { atEnd }: SessionOptions, outcome: QueueOutcome): Promise<void> {
  for (const event of atEnd?.(endOf(run, outcome)) ?? []) run.record(run.stamp({ event }));
  await run.parts.journal.sync();
}

/** The queue is over, whether the store can be told of it or not. @throws SpawnError `already-running` */
async function publishEnd(run: QueueRun, publisher: StorePublisher, log: Logger): Promise<void> {
  const isFailing = run.uploads.unstored().length > 0;
  try {
    await publishWithin(run, publisher, isFailing ? PUBLISH_MS : run.parts.uploadDeadlineMs);
  } catch (error) {
    if (error instanceof SpawnError && error.code === "already-running") throw error;
    log.warn({ error: String(error) }, "the store does not know of the queue's end");
  }
}

async function storeWhatIsMissing(run: QueueRun): Promise<void> {
  await run.settleInherited();
  await storeEverything(run);
}

function endOf({ parts }: QueueRun, outcome: QueueOutcome): SessionEnd {
  const { ended, kept } = parts.fold;
  return { outcome, at: ended?.at ?? parts.clock.wallMs(), kept };
}

/**
 * Adds to the journal of a queue that no session runs, and to its state in the store.
 *
 * @throws SpawnError as `openQueueRun`, `store-failed`.
 */
export async function recordAside(
  options: OpenQueueRunOptions,
  events: readonly PendingEvent["event"][],
): Promise<void> {
  const run = openQueueRun(options);
  try {
    for (const event of events) run.record(run.stamp({ event }));
    await run.parts.journal.sync();
    await new StorePublisher(run).publishFinal();
  } finally {
    run.close();
  }
}

/**
 * A queue that was brought here and turned out to be complete, or of which only something has to be stored, is not asked
 * to run anything.
 */
function startsAgain(run: QueueRun, { resume, rerun }: SessionOptions): boolean {
  if (!resume) return false;
  const { moved, changed } = run.parts;
  if (run.jobsAgain(run.resumedJobs(rerun)).length > 0) return true;
  return (!moved || changed) && !run.hasUnstored();
}

/** What this runner has to say first: a queue begins, goes on, or begins again. */
function beginning(run: QueueRun, rerun: readonly string[]): readonly PendingEvent[] {
  if (run.parts.fold.started === undefined) return [{ event: { type: "queue-started" } }];
  const finished = run.parts.fold.finished;
  if (finished === undefined) return [];
  const isInterrupted = finished.state === "interrupted";
  const jobs = run.jobsAgain(isInterrupted && !run.hasChanged() ? [] : run.resumedJobs(rerun));
  if (jobs.length === 0) {
    if (isInterrupted) return [{ event: { type: "queue-continued" } }];
    throw new SpawnError("not-resumable", "every job has completed: there is nothing to run again", {
      hint: "Name a job to run again with --rerun JOB.",
    });
  }
  return [{ event: { type: "queue-resumed", jobs } }];
}
