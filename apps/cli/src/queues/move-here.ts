import { statSync } from "node:fs";
import { currentBootId, processIdentity } from "@spawn/attempt-runner";
import { loadQueueFile, type QueueSpec, serializeQueueSpec } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import { keptResults, queueKeys, type ResultStore } from "@spawn/result-store";
import {
  completedJobs,
  type JournalRecord,
  moveQueue,
  QueueFold,
  type QueueStatus,
  queueStatus,
  type RunnerStarted,
  renewals,
} from "@spawn/status-model";
import type { Context } from "../context.js";
import type { QueueReference } from "./queue-reference.js";

import { openStoredQueue, type StoredQueue } from "./stored-queue.js";

/** A runner says that it lives every ten seconds. */
const HEARTBEAT_MISSED_MS = 60_000;

/** A queue that goes on from its store, as its next instance will find it. */
export interface MovedQueue {
  readonly stored: StoredQueue;
  readonly storeRoot: string;
  /** The queue file that it had. */
  readonly spec: QueueSpec;
  /** That file's text, with its `queue_id`. */
  readonly text: string;
  readonly records: readonly JournalRecord[];
  readonly fold: QueueFold;
  readonly status: QueueStatus;
  /** Where its jobs will work: where they worked, if that is a folder here; else the folder of the invocation. */
  readonly workingDirectory: string;
  /** Every job had completed, and the runner died before it could record the end. */
  readonly onlyUnrecorded: boolean;
  /** Names that `--env` gave at the launch. */
  readonly carried: readonly string[];
}

/** Where only the store is left of a queue: no instance of it is known, or the one that is was terminated. */
export function leftInStore(reference: QueueReference): LeftQueue | undefined {
  const { kind, queueId, storeRoot } = reference;
  if (kind === "stored") return { queueId, storeRoot };
  return kind === "local" && reference.instance.state === "terminated" ? { queueId, storeRoot } : undefined;
}

/** A queue of which the store is left. */
interface LeftQueue {
  readonly queueId: string;
  readonly storeRoot: string;
  /** That at `storeRoot`, where it is open already. */
  readonly store?: ResultStore;
  /** Its last instance is known to be no more; else its heartbeat is looked at. */
  readonly isGone?: boolean;
}

/**
 * Looks ahead: the queue as its next instance will take it from the store.
 *
 * @throws SpawnError `queue-not-found`, `journal-damaged`, `already-running`, `verification-failed`, `bad-queue-file`.
 */
export async function lookAtMove(
  context: Context,
  { queueId, storeRoot, store, isGone = false }: LeftQueue,
  trustCompleted: boolean,
): Promise<MovedQueue> {
  const stored = await openStoredQueue(context, store ?? (await context.storeAt(storeRoot)), queueId);
  if (!isGone) await refuseAlive(context, stored);
  const { spec, text } = await storedFile(stored);
  const fold = new QueueFold();
  const records = [...stored.records];
  for (const record of records) fold.apply(record);
  const { workingDirectory, carried = [] } = fold.created;
  const { lost, undeclared } = await absentResults(stored, fold, spec);
  const { at, t } = fold.latest ?? { at: 0, t: 0 };
  moveQueue(
    fold,
    {
      place: { instanceId: "(the next one)", resultsLocation: fold.created.resultsLocation },
      absent: { lost, undeclared: trustCompleted ? [] : undeclared },
      t,
      random: () => 0,
    },
    (event) => {
      const record = { seq: (records.at(-1)?.seq ?? 0) + 1, at, event };
      records.push(record);
      fold.apply(record);
    },
  );
  return {
    ...{ stored, storeRoot, spec, text, records, fold, carried },
    status: queueStatus(fold, { wallMs: at, t, runner: "gone" }),
    onlyUnrecorded: isOpen(stored) && fold.finished?.state === "completed" && renewals(fold, []).size === 0,
    workingDirectory: folderHere(workingDirectory) ?? context.cwd,
  };
}

function folderHere(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : undefined;
}

async function absentResults({ store, queueId }: StoredQueue, fold: QueueFold, spec: QueueSpec) {
  const declaring = new Set(spec.jobs.flatMap(({ id, resultFiles }) => (resultFiles.length > 0 ? [id] : [])));
  const completed = completedJobs(fold).map((one) => ({ ...one, declaresResults: declaring.has(one.job) }));
  return keptResults(store, queueId, completed);
}

/** The queue file that the store has. @throws SpawnError `bad-queue-file`. */
export async function storedFile({ store, queueId }: StoredQueue) {
  const key = queueKeys(queueId).queueFile;
  const bytes = await store.readBytes(key);
  const text = Buffer.from(bytes ?? []).toString("utf8");
  const { spec } = loadQueueFile(text, { fileName: key });
  if (spec !== undefined) return { spec, text: serializeQueueSpec({ ...spec, queueId }) };
  throw new SpawnError("bad-queue-file", `the queue file of ${queueId} in the store cannot be used`, {
    hint: `It is ${store.locationOf(queueId)}queue.json. Give the file with --batch-queue, or launch the queue again.`,
  });
}

/** It may run on a machine of which this one knows nothing. */
async function refuseAlive(context: Context, stored: StoredQueue): Promise<void> {
  if (!isOpen(stored) || diedHere(stored.runner)) return;
  const { store, queueId } = stored;
  const { status } = queueKeys(queueId);
  for await (const { key, modifiedMs } of store.list(queueKeys(queueId).folder)) {
    const ageMs = context.clock.wallMs() - modifiedMs;
    if (key !== status || ageMs > HEARTBEAT_MISSED_MS) continue;
    throw new SpawnError(
      "already-running",
      `${queueId} may be running elsewhere: its runner was heard ${Math.max(0, Math.round(ageMs / 1000))} s ago`,
      { hint: "If it is gone, try again a minute after that." },
    );
  }
}

/** Whether the queue's last runner was one of this machine, since it was started, and is no more. */
function diedHere(runner: RunnerStarted | undefined): boolean {
  return runner?.bootId === currentBootId() && processIdentity(runner.pid) === undefined;
}

/** Whether the journal's last word is not that the queue is over. */
function isOpen({ records }: StoredQueue): boolean {
  return records.at(-1)?.event.type !== "queue-finished";
}
