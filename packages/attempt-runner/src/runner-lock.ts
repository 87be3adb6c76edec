import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { errnoOf, explainFileError, SpawnError } from "@spawn/foundation";
import { isAlive, type ProcessIdentity, processIdentity } from "./processes/identity.js";

export interface RunnerLock {
  /** Counts the runners of this folder from 1; never given twice, so it fences off the ones before. */
  readonly epoch: number;
  /** Lets the next runner in while this process goes on. Harmless when called twice. */
  release(): void;
}

export interface RunnerLockState {
  readonly epoch: number;
  readonly owner: ProcessIdentity;
  /** Whether the owner runs and has not released the lock. */
  readonly alive: boolean;
}

/** `runner.<epoch>`: the owner's identity as JSON. */
interface LockFile extends ProcessIdentity {
  readonly released: boolean;
}

const LOCK_NAME = /^runner\.([1-9]\d*)$/;
const KEPT_FILES = 2;

/**
 * Makes this process the folder's one runner, for as long as it lives. Node and Bun have no `flock`, so epoch k+1 is
 * taken by an exclusive `link`, once the owner of the highest epoch is dead.
 *
 * @throws SpawnError `already-running` with the owner's pid; `permission-denied`, `no-space`.
 */
export function acquireRunnerLock(folder: string): RunnerLock {
  const own = processIdentity(process.pid);
  if (own === undefined) throw new Error("this process is not in /proc");
  try {
    mkdirSync(folder, { recursive: true });
    const epoch = takeNextEpoch(folder, own);
    // An epoch that a power loss takes back would be given twice.
    syncToDisk(folder);
    removeOldLocks(folder, epoch);
    return { epoch, release: () => writeRelease(folder, epoch, own) };
  } catch (error) {
    throw explainFileError(error, "cannot lock the queue for a runner", folder);
  }
}

/**
 * Makes a folder's next runner the one after `epoch`, for a queue whose runners so far were elsewhere. Does nothing where a
 * runner has had the folder.
 *
 * @throws SpawnError `permission-denied`, `no-space`.
 */
export function continueEpochs(folder: string, epoch: number): void {
  if (epoch < 1 || highestEpoch(folder) > 0) return;
  // Of nobody here: who waits for this process to hold the lock must not take this for it.
  const elsewhere = { pid: 0, startTicks: 0, bootId: "", released: true };
  try {
    renameSync(writeDraft(folder, elsewhere), join(folder, `runner.${epoch}`));
    syncToDisk(folder);
  } catch (error) {
    throw explainFileError(error, "cannot lock the queue for a runner", folder);
  }
}

/** @returns `undefined` when no runner has ever had this folder. */
export function readRunnerLock(folder: string): RunnerLockState | undefined {
  const epoch = highestEpoch(folder);
  if (epoch === 0) return undefined;
  const file = readLockFile(join(folder, `runner.${epoch}`));
  // Files appear whole. A damaged one is from before a power loss, a missing one was passed by two runners since.
  const { released, ...owner } = file ?? { pid: 0, startTicks: 0, bootId: "", released: true };
  return { epoch, owner, alive: !released && isAlive(owner) };
}

function takeNextEpoch(folder: string, own: ProcessIdentity): number {
  const draft = writeDraft(folder, { ...own, released: false });
  try {
    for (;;) {
      const current = readRunnerLock(folder);
      if (current?.alive === true) throw alreadyRunning(current.owner);
      const epoch = (current?.epoch ?? 0) + 1;
      if (!tryLink(draft, join(folder, `runner.${epoch}`))) continue;
      if (highestEpoch(folder) === epoch) return epoch;
      // This process stood still so long that others came, went and were cleaned up: the number is an old one.
      rmSync(join(folder, `runner.${epoch}`), { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function alreadyRunning(owner: ProcessIdentity): SpawnError {
  return new SpawnError("already-running", `a runner works on this queue already (pid ${owner.pid})`, {
    hint: "Watch it with `spawn queue status`, or end it with `spawn queue cancel`.",
  });
}

function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

function writeRelease(folder: string, epoch: number, own: ProcessIdentity): void {
  if (highestEpoch(folder) !== epoch) return;
  renameSync(writeDraft(folder, { ...own, released: true }), join(folder, `runner.${epoch}`));
}

function writeDraft(folder: string, file: LockFile): string {
  const path = join(folder, `runner.draft-${file.pid}-${file.startTicks}`);
  writeFileSync(path, JSON.stringify(file), { mode: 0o644 });
  syncToDisk(path);
  return path;
}

function syncToDisk(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function readLockFile(path: string): LockFile | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isLockFile(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function isLockFile(value: unknown): value is LockFile {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    typeof value.pid === "number" &&
    "startTicks" in value &&
    typeof value.startTicks === "number" &&
    "bootId" in value &&
    typeof value.bootId === "string" &&
    "released" in value &&
    typeof value.released === "boolean"
  );
}

function epochsIn(folder: string): number[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const epoch = LOCK_NAME.exec(name)?.[1];
      return epoch === undefined ? [] : [Number(epoch)];
    });
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

function highestEpoch(folder: string): number {
  return Math.max(0, ...epochsIn(folder));
}

function removeOldLocks(folder: string, newest: number): void {
  for (const epoch of epochsIn(folder)) {
    if (epoch <= newest - KEPT_FILES) rmSync(join(folder, `runner.${epoch}`), { force: true });
  }
}
