import { isDeepStrictEqual } from "node:util";
import {
  acquireRunnerLock,
  type Containment,
  currentBootId,
  type InstanceLayout,
  instanceLayout,
  type MachineCapacity,
  type RunnerLock,
} from "@spawn/attempt-runner";
import { carriedVariables, type QueueDefinition, toQueueDefinition } from "@spawn/config-schema";
import { type Clock, type Random, SpawnError } from "@spawn/foundation";
import type { ResultStore } from "@spawn/result-store";
import {
  type JournalEvent,
  type JournalJob,
  moveQueue,
  QueueFold,
  type QueuePlace,
  timeAnchorOf,
} from "@spawn/status-model";
import { memoryWarning } from "./memory-warning.js";
import { readBrought } from "./moving/brought.js";
import { openJournal } from "./open-journal.js";
import { QueueClock } from "./queue-clock.js";
import { QueueRun } from "./queue-run.js";
import { type InstanceQueue, prepareFolders, readQueue } from "./read-queue.js";
import { noSecrets, type SecretSource } from "./secret-source.js";
import { RUNNER_VERSION } from "./version.js";

const UPLOAD_DEADLINE_MS = 10 * 60_000;

export interface OpenQueueRunOptions {
  /** Root of the instance: its folder, or `/`. */
  readonly root: string;
  readonly instanceId: string;
  /** Where the jobs work, unless they say otherwise. */
  readonly workingDirectory: string;
  readonly store: ResultStore;
  /** For how long after the last job's end the store is waited for. Default 10 min. */
  readonly uploadDeadlineMs?: number | undefined;
  /** What the machine has; its CPUs are how many jobs may run at once where the queue file does not say. */
  readonly machine: MachineCapacity;
  /** How attempts are held together here. */
  readonly containment: Containment;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default: there are none to be had. */
  readonly secrets?: SecretSource;
  /** Names that `--env` carried for all jobs. */
  readonly carried: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  /** The queue's lock, where it is held already. Default: it is taken. */
  readonly lock?: RunnerLock;
}

/**
 * Takes a queue over: its lock, its journal and all that the journal tells. A new queue's journal begins here; one that
 * is over goes on with the queue file as it is now.
 *
 * @throws SpawnError `already-running`, `bad-queue-file`, `journal-damaged`, `not-resumable`, `no-space`,
 * `permission-denied`.
 */
export function openQueueRun(options: OpenQueueRunOptions): QueueRun {
  const layout = instanceLayout(options.root);
  prepareFolders(layout.folders);
  const queue = readQueue(layout.queueFile);
  const lock = options.lock ?? acquireRunnerLock(layout.lock);
  try {
    return takeOver(options, layout, queue, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function takeOver(
  options: OpenQueueRunOptions,
  layout: InstanceLayout,
  queue: InstanceQueue,
  lock: RunnerLock,
): QueueRun {
  const { records, writer } = openJournal(layout, options.clock);
  const fold = new QueueFold();
  for (const record of records) fold.apply(record);
  const clock = new QueueClock(options.clock, timeAnchorOf(fold, currentBootId()), fold.latest?.t);
  const isNew = records.length === 0;
  const record = (event: JournalEvent): void => {
    fold.apply(writer.append(event, clock.wallMs()));
  };
  const isMoved = !isNew && fold.created.instanceId !== options.instanceId;
  if (isMoved) {
    moveHere({ ...options, fold, clock, layout, record });
  }
  const definition = toQueueDefinition(queue, isNew ? options.machine.cpus : fold.created.maxParallel);
  const events: JournalEvent[] = [];
  if (isNew) events.push(queueCreated(options, queue.queueId, definition, clock.now()));
  events.push(runnerStarted(lock, clock, options.containment));
  if (!isNew && fold.finished === undefined) refuseOtherJobs(fold, definition);
  else if (!isNew && !isDeepStrictEqual(definition, definitionIn(fold)))
    events.push({ type: "queue-changed", t: clock.now(), ...definition });
  const unlimited = memoryWarning(definition.jobs, options.containment);
  if (unlimited !== undefined && !fold.warnings.some(({ message }) => message === unlimited))
    events.push({ type: "warning", t: clock.now(), message: unlimited });
  const changed = events.some(({ type }) => type === "queue-changed");
  for (const event of events) record(event);
  return new QueueRun({
    queue,
    queueId: queue.queueId,
    instanceId: options.instanceId,
    workingDirectory: options.workingDirectory,
    layout,
    containment: options.containment,
    lock,
    journal: writer,
    fold,
    changed,
    moved: isMoved,
    clock,
    random: options.random,
    store: options.store,
    uploadDeadlineMs: options.uploadDeadlineMs ?? UPLOAD_DEADLINE_MS,
    capacity: { ...options.machine, slots: definition.maxParallel },
    inherited: options.environment,
    secrets: options.secrets ?? noSecrets,
    carriedValues: [...options.carried, ...carriedVariables(queue)].flatMap(
      (name) => options.environment[name] ?? [],
    ),
  });
}

interface Arrival extends OpenQueueRunOptions {
  readonly fold: QueueFold;
  readonly clock: QueueClock;
  readonly layout: InstanceLayout;
  readonly record: (event: JournalEvent) => void;
}

/** The queue was on another instance until now. */
function moveHere(options: Arrival): void {
  const { fold, clock, layout, random, record } = options;
  const { warnings, begun, ...absent } = readBrought(layout.brought);
  const place = placeOf(options, fold.created.queueId);
  const move = { place, absent, begun: new Map(Object.entries(begun)), t: clock.now() };
  moveQueue(fold, { ...move, random: () => random.next() }, record);
  for (const message of warnings) record({ type: "warning", t: clock.now(), message });
}

function placeOf(options: OpenQueueRunOptions, queueId: string): QueuePlace {
  return {
    instanceId: options.instanceId,
    resultsLocation: options.store.locationOf(queueId),
    workingDirectory: options.workingDirectory,
    carried: options.carried,
  };
}

function queueCreated(
  options: OpenQueueRunOptions,
  queueId: string,
  definition: QueueDefinition,
  t: number,
): JournalEvent {
  return {
    type: "queue-created",
    t,
    queueId,
    ...placeOf(options, queueId),
    ...definition,
  };
}

/** A queue that is under way keeps the file it has: `resumeSession` is the way to another one. */
function refuseOtherJobs({ created }: QueueFold, { jobs }: QueueDefinition): void {
  const known = ({ id, fingerprint }: JournalJob): readonly string[] => [id, fingerprint];
  if (isDeepStrictEqual(created.jobs.map(known), jobs.map(known))) return;
  throw new SpawnError("not-resumable", "the queue file has changed while the queue was under way", {
    hint: "Put the file back that the queue began with, and change it when the queue is over.",
  });
}

function definitionIn({ created }: QueueFold): QueueDefinition {
  const {
    type: _type,
    t: _t,
    queueId: _queueId,
    instanceId: _instanceId,
    resultsLocation: _at,
    workingDirectory: _folder,
    carried: _names,
    ...definition
  } = created;
  return definition;
}

function runnerStarted(lock: RunnerLock, clock: QueueClock, containment: Containment): JournalEvent {
  return {
    type: "runner-started",
    t: clock.now(),
    epoch: lock.epoch,
    pid: process.pid,
    bootId: currentBootId(),
    bootMs: clock.bootMs(),
    version: RUNNER_VERSION,
    containment: containment.kind,
  };
}
