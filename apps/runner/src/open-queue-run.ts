import { mkdirSync, readFileSync } from "node:fs";
import { acquireRunnerLock, currentBootId, instanceLayout } from "@spawn/attempt-runner";
import { formatDiagnostics, jobFingerprint, loadQueueFile, type QueueSpec } from "@spawn/config-schema";
import { type Clock, explainFileError, type Random, SpawnError } from "@spawn/foundation";
import type { ResultStore } from "@spawn/result-store";
import { type JournalEvent, type JournalJob, QueueFold, timeAnchorOf } from "@spawn/status-model";
import { openJournal } from "./journal-writer.js";
import { QueueClock } from "./queue-clock.js";
import { QueueRun } from "./queue-run.js";
import { RUNNER_VERSION } from "./version.js";

export interface OpenQueueRunOptions {
  /** Root of the instance: its folder, or `/`. */
  readonly root: string;
  readonly instanceId: string;
  /** Where the jobs work, unless they say otherwise. */
  readonly workingDirectory: string;
  readonly store: ResultStore;
  /** The machine's CPUs, where the queue file does not say. */
  readonly defaultMaxParallel: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Names that `--env` carried for all jobs. */
  readonly carried: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Takes a queue over: its lock, its journal and all that the journal tells. A new queue's journal begins here.
 *
 * @throws SpawnError `already-running`, `bad-queue-file`, `journal-damaged`, `not-supported`, `no-space`,
 * `permission-denied`.
 */
export function openQueueRun(options: OpenQueueRunOptions): QueueRun {
  const layout = instanceLayout(options.root);
  prepareFolders(layout.folders);
  const queue = readQueue(layout.queueFile);
  const lock = acquireRunnerLock(layout.lock);
  const bootId = currentBootId();
  const { records, writer } = openJournal(layout.journal);
  const fold = new QueueFold();
  for (const record of records) fold.apply(record);
  const clock = new QueueClock(options.clock, timeAnchorOf(fold, bootId), fold.latest?.t);
  const { queueId } = queue;
  if (queueId === undefined) throw new Error("the instance's queue file has no queue_id");
  const maxParallel = queue.maxParallel ?? options.defaultMaxParallel;
  const append = (event: JournalEvent): void => {
    fold.apply(writer.append(event, clock.wallMs()));
  };
  if (records.length === 0) {
    append({
      type: "queue-created",
      t: clock.now(),
      queueId,
      ...(queue.queueName === undefined ? {} : { queueName: queue.queueName }),
      instanceId: options.instanceId,
      failureMode: queue.failureMode,
      ...(queue.globalTimeoutMs === undefined ? {} : { globalTimeoutMs: queue.globalTimeoutMs }),
      maxParallel,
      resultsLocation: options.store.locationOf(queueId),
      jobs: queue.jobs.map((job) => journalJob(queue, job)),
    });
  }
  append({
    type: "runner-started",
    t: clock.now(),
    epoch: lock.epoch,
    pid: process.pid,
    bootId,
    bootMs: clock.bootMs(),
    version: RUNNER_VERSION,
    containment: "process-group",
  });
  return new QueueRun({
    queue,
    queueId,
    instanceId: options.instanceId,
    workingDirectory: options.workingDirectory,
    layout,
    lock,
    journal: writer,
    records,
    fold,
    clock,
    random: options.random,
    store: options.store,
    maxParallel,
    inherited: options.environment,
    carriedValues: options.carried.flatMap((name) => options.environment[name] ?? []),
  });
}

function prepareFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
    } catch (error) {
      throw explainFileError(error, "cannot make the instance's folders", folder);
    }
  }
}

function readQueue(path: string): QueueSpec {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw explainFileError(error, "cannot read the queue file", path);
  }
  const { spec, diagnostics } = loadQueueFile(text, { fileName: path });
  if (spec === undefined) {
    throw new SpawnError(
      "bad-queue-file",
      formatDiagnostics(diagnostics, { text, fileName: path, color: false }),
    );
  }
  return spec;
}

function journalJob(queue: QueueSpec, job: QueueSpec["jobs"][number]): JournalJob {
  return {
    id: job.id,
    command: job.command,
    dependsOn: job.dependsOn,
    ...(job.onFailure === undefined ? {} : { onFailure: job.onFailure }),
    ...(job.alwaysRun ? { alwaysRun: true } : {}),
    ...(job.timeoutMs === undefined ? {} : { timeoutMs: job.timeoutMs }),
    retry: job.retry,
    fingerprint: jobFingerprint(queue, job),
  };
}
