import { existsSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import {
  attemptMarker,
  continueEpochs,
  currentBootId,
  endStrayAttempt,
  type InstanceLayout,
  instanceLayout,
} from "@spawn/attempt-runner";
import { explainFileError, SpawnError } from "@spawn/foundation";
import { attemptsBegun, jobKeys, keptResults, type ResultStore, restoreResults } from "@spawn/result-store";
import { completedJobs, type QueueFold } from "@spawn/status-model";
import { syncToDisk } from "../journal-segment.js";
import { writeMergedLogStart } from "../merged-log.js";
import { prepareFolders, readQueue } from "../read-queue.js";
import { bringSoFar, setAsideWords } from "./bring-so-far.js";
import { type Brought, writeBrought } from "./brought.js";
import { claimTakeover, refuseTaken } from "./claim-takeover.js";
import { fenceJournal } from "./fence-journal.js";
import { readStoredJournal, type StoredJournal } from "./stored-journal.js";

export interface BringQueueOptions {
  /** Root of the instance; the queue file lies there already. */
  readonly root: string;
  readonly instanceId: string;
  /** Where the jobs work here, unless they say otherwise. */
  readonly workingDirectory: string;
  readonly store: ResultStore;
  /** Completed jobs that declare no results need not run again. */
  readonly trustCompleted: boolean;
  readonly wallMs: () => number;
}

/**
 * Brings a queue here of which nothing but the result store is left: its journal, merged logs, and the results of what
 * completed, back at the paths where the jobs left them. The journal comes last, so that a runner killed on the way begins
 * anew; does nothing where it is here.
 *
 * @throws SpawnError `queue-not-found`, `journal-damaged`, `verification-failed`, `already-running`, `no-space`,
 * `permission-denied`, `store-failed`.
 */
export async function bringQueue(options: BringQueueOptions): Promise<void> {
  const layout = instanceLayout(options.root);
  if (existsSync(layout.journal)) return;
  prepareFolders(layout.folders);
  const queue = readQueue(layout.queueFile);
  const journal = await takeJournal(options, queue.queueId);
  await endStrays(layout, journal.fold);
  const declaring = new Set(
    queue.jobs.flatMap(({ id, resultFiles }) => (resultFiles.length > 0 ? [id] : [])),
  );
  const brought = await bringResults(options, journal.fold, declaring);
  await bringLogs(options.store, layout, journal.fold);
  writeBrought(layout.brought, brought);
  // Bringing all this may have taken so long that this instance was given up.
  await refuseTaken(options.store, queue.queueId, options.instanceId);
  continueEpochs(layout.lock, journal.fold.runner?.epoch ?? 0);
  await placeJournal(options.store, layout, journal);
}

/** The journal, once this instance alone may go on with it, and nobody else can write to it. */
async function takeJournal(
  { store, instanceId, wallMs }: BringQueueOptions,
  queueId: string,
): Promise<StoredJournal> {
  const seen = await readStoredJournal(store, queueId);
  const epoch = seen.fold.runner?.epoch ?? 0;
  await claimTakeover(store, { queueId, epoch, instanceId, wallMs: wallMs() });
  return await fenceJournal(store, { queueId, instanceId, wallMs: wallMs() }, ({ fold }) => {
    if ((fold.runner?.epoch ?? 0) === epoch) return;
    throw new SpawnError("already-running", `another runner went on with ${queueId} just now`, {
      hint: "Watch it with `spawn queue status`.",
    });
  });
}

/** What the other instance still runs, where it was one of this machine: its files are gone, so nobody can adopt it. */
async function endStrays(layout: InstanceLayout, fold: QueueFold): Promise<void> {
  const boot = currentBootId();
  const strays = fold.running.flatMap((job) => {
    const { last } = fold.job(job);
    return last?.bootId === boot ? [{ job, attempt: last.attempt }] : [];
  });
  await Promise.all(
    strays.map(({ job, attempt }) =>
      endStrayAttempt(attemptMarker(fold.created, job, attempt), layout.attempt(job, attempt)),
    ),
  );
}

async function bringResults(
  { store, workingDirectory, trustCompleted }: BringQueueOptions,
  fold: QueueFold,
  declaring: ReadonlySet<string>,
): Promise<Brought> {
  const { queueId, workingDirectory: from } = fold.created;
  const completed = completedJobs(fold).map((job) => ({ ...job, declaresResults: declaring.has(job.job) }));
  const { manifests, lost, undeclared } = await keptResults(store, queueId, completed);
  const moved = from === undefined ? {} : { moved: { from, to: workingDirectory } };
  const warnings: string[] = [];
  for (const manifest of manifests) {
    const { setAside } = await restoreResults(store, manifest, moved);
    warnings.push(...setAsideWords(manifest.job, setAside));
  }
  const begun = Object.fromEntries(await attemptsBegun(store, queueId));
  const isCompleted = new Set(completed.map(({ job }) => job));
  for (const job of declaring) {
    const hasBegun = job in begun || fold.created.jobs.some(({ id }) => id === job && fold.job(id).last);
    if (isCompleted.has(job) || !hasBegun) continue;
    warnings.push(...(await bringSoFar(store, queueId, job, moved)));
  }
  return { lost, undeclared: trustCompleted ? [] : undeclared, warnings, begun };
}

/** Merged logs go on where they stopped; the attempts' own files stay in the store. */
async function bringLogs(store: ResultStore, layout: InstanceLayout, fold: QueueFold): Promise<void> {
  for (const { id } of fold.created.jobs) {
    const attempt = fold.job(id).last?.attempt;
    if (attempt === undefined) continue;
    const path = layout.mergedLog(id);
    const log = await store.getFile(jobKeys(fold.created.queueId, id).merged, path);
    if (log !== undefined) writeMergedLogStart(layout.mergedLogIndex(id), attempt, log.size);
  }
}

async function placeJournal(
  store: ResultStore,
  layout: InstanceLayout,
  journal: StoredJournal,
): Promise<void> {
  for (const [number, key] of journal.past) await store.getFile(key, layout.journalSegment(number));
  const draft = `${layout.journal}.brought`;
  try {
    writeFileSync(draft, journal.bytes, { mode: 0o600 });
    syncToDisk(draft);
    renameSync(draft, layout.journal);
    syncToDisk(dirname(layout.journal));
  } catch (error) {
    throw explainFileError(error, "cannot bring the journal", layout.journal);
  }
}
