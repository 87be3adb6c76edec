import { createHash } from "node:crypto";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { errnoOf, SpawnError } from "@spawn/foundation";
import type { ObjectFiles } from "./object-files.js";
import { isRunning, processMark } from "./process-mark.js";
import type { TemporaryFiles } from "./temporary-files.js";

const LOOK_EVERY_MS = 5;
const WAITED_FOR_MS = 10_000;
/** For file systems without hard links, on which a lock is made before it says whose it is. */
const SAYS_WHOSE_WITHIN_MS = 5_000;

/**
 * One holder of an object's lock at a time, of all processes of this machine: a file system has no rename on a condition. A lock is
 * held for the moment between look and rename. That of a process that has died is broken; that of one that lives, and be it
 * stopped, is not, since it may go on at any time.
 */
export class ObjectLocks {
  readonly #objects: ObjectFiles;
  readonly #temporary: TemporaryFiles;
  readonly #waitedForMs: number;

  constructor(objects: ObjectFiles, temporary: TemporaryFiles, waitedForMs = WAITED_FOR_MS) {
    this.#objects = objects;
    this.#temporary = temporary;
    this.#waitedForMs = waitedForMs;
  }

  /** @throws SpawnError `store-failed` where another program holds it for long. */
  async hold<T>(key: string, act: () => T | Promise<T>): Promise<T> {
    const own = this.#temporary.next();
    const lock = join(dirname(own), `lock-${createHash("sha256").update(key).digest("hex").slice(0, 32)}`);
    writeFileSync(own, `${processMark(process.pid)}\n`, { flag: "wx", mode: 0o600 });
    try {
      await this.#take(own, lock, key);
    } finally {
      rmSync(own, { force: true });
    }
    try {
      return await act();
    } finally {
      rmSync(lock, { force: true });
    }
  }

  async #take(own: string, lock: string, key: string): Promise<void> {
    const until = performance.now() + this.#waitedForMs;
    while (!this.#objects.moveInOnce(own, lock)) {
      this.#breakIfLeft(own, lock);
      if (performance.now() > until) {
        throw new SpawnError("store-failed", `storing ${key}: another program has held ${lock} for long`, {
          hint: "Whose it is stands in it: let that program go on, or end it. If there is none, remove the file.",
        });
      }
      await wait(LOOK_EVERY_MS);
    }
  }

  /** Removes a lock whose holder has died. One process alone may do so with this very lock: a later one is somebody's. */
  #breakIfLeft(own: string, lock: string): void {
    const seen = read(lock);
    if (seen === undefined) return;
    const { mark, madeMs, id } = seen;
    const isLeft = mark === "" ? Date.now() - madeMs > SAYS_WHOSE_WITHIN_MS : !isRunning(mark);
    if (isLeft && this.#objects.moveInOnce(own, `${lock}.${id}.broken`)) rmSync(lock, { force: true });
  }
}

function read(
  lock: string,
): { readonly mark: string; readonly madeMs: number; readonly id: string } | undefined {
  try {
    const { ino, mtimeMs } = statSync(lock);
    const [mark = "", end] = readFileSync(lock, "utf8").split("\n");
    return { mark: end === undefined ? "" : mark, madeMs: mtimeMs, id: `${ino}-${mtimeMs}` };
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
