import { existsSync, readFileSync, renameSync } from "node:fs";
import { acquireRunnerLock, instanceLayout } from "@spawn/attempt-runner";
import { errnoOf, explainFileError } from "@spawn/foundation";
import { decodeJournal, QueueFold } from "@spawn/status-model";
import type { Logger } from "pino";
import { readQueue } from "./read-queue.js";
import { runSession, type SessionEnd, type SessionOptions, type Watcher } from "./session.js";

/**
 * `runSession`, for a resume: where another queue file was left for it, that one is put in force first. A queue that is
 * under way is stopped for it, by the file that its attempts were started with; then it goes on with the other. Killed in
 * between, the next resume does the rest.
 *
 * @throws SpawnError as `runSession`; `bad-queue-file` before anything is stopped.
 */
export async function resumeSession(options: SessionOptions, log: Logger): Promise<SessionEnd> {
  const { lock: folder, nextQueueFile, queueFile, journal } = instanceLayout(options.root);
  if (!existsSync(nextQueueFile)) return runSession(options, log);
  readQueue(nextQueueFile);
  // One lock for both sessions: nobody comes in between, and nobody sees the queue without a runner.
  const lock = acquireRunnerLock(folder);
  const held = { epoch: lock.epoch, release: () => undefined };
  try {
    if (isUnderWay(journal)) {
      await runSession({ ...options, lock: held, resume: false, rerun: [], watchers: [stopAtOnce] }, log);
    }
    renameFile(nextQueueFile, queueFile);
    return await runSession({ ...options, lock: held }, log);
  } finally {
    lock.release();
  }
}

const stopAtOnce: Watcher = (run) => {
  run.inbox.put({ event: { type: "interrupt-requested", cause: "shutdown" } });
};

/** @throws SpawnError `journal-damaged`, `permission-denied`. */
function isUnderWay(journal: string): boolean {
  const { records } = decodeJournal(readJournal(journal), journal);
  const fold = new QueueFold();
  for (const record of records) fold.apply(record);
  return records.length > 0 && fold.finished === undefined;
}

function readJournal(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return Buffer.alloc(0);
    throw explainFileError(error, "cannot read the journal", path);
  }
}

function renameFile(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    throw explainFileError(error, "cannot put the other queue file in force", to);
  }
}
