import { constants, copyFileSync, linkSync, mkdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { errnoOf } from "@spawn/foundation";
import { checkKey } from "../keys.js";

/** How many folders are remembered as made; one job needs three. */
const REMEMBERED_FOLDERS = 1024;

const NO_HARD_LINKS: ReadonlySet<string> = new Set(["EPERM", "EMLINK", "ENOTSUP", "EXDEV"]);

/** Objects as files below a root: finding, putting in place, taking away. Knows nothing of what is in them. */
export class ObjectFiles {
  readonly #root: string;
  readonly #made = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** @throws SpawnError `bad-arguments` for a key that could leave the root. */
  pathOf(key: string): string {
    checkKey(key);
    return join(this.#root, key);
  }

  /** Moves a finished temporary file to its key, in place of what is there. */
  moveIn(temporary: string, path: string): void {
    this.#withFolder(path, () => renameSync(temporary, path));
  }

  /** Gives a finished file its key, unless something is there already; returns whether it did. */
  moveInOnce(finished: string, path: string): boolean {
    try {
      this.#withFolder(path, () => this.#putOnce(finished, path));
      return true;
    } catch (error) {
      if (errnoOf(error) === "EEXIST") return false;
      throw error;
    }
  }

  #putOnce(finished: string, path: string): void {
    try {
      linkSync(finished, path);
    } catch (error) {
      if (!NO_HARD_LINKS.has(errnoOf(error) ?? "")) throw error;
      copyFileSync(finished, path, constants.COPYFILE_EXCL);
    }
  }

  /** Gives a file a second name, in place of what is there. `false` where the file system has no hard links. */
  linkIn(existing: string, path: string, temporaryName: () => string): boolean {
    try {
      this.#withFolder(path, () => linkSync(existing, path));
      return true;
    } catch (error) {
      const errno = errnoOf(error) ?? "";
      if (NO_HARD_LINKS.has(errno)) return false;
      if (errno !== "EEXIST") throw error;
      this.#linkOver(existing, path, temporaryName());
      return true;
    }
  }

  #linkOver(existing: string, path: string, temporary: string): void {
    linkSync(existing, temporary);
    try {
      renameSync(temporary, path);
    } finally {
      // A rename between two names of one file does nothing, and leaves both.
      rmSync(temporary, { force: true });
    }
  }

  /** Removes a file, and its folders where they have become empty, so that an object may take a folder's name. */
  takeOut(path: string): void {
    rmSync(path, { force: true });
    this.pruneAbove(path);
  }

  /** Removes the folders above a path that have become empty. */
  pruneAbove(path: string): void {
    this.#made.clear();
    for (let folder = dirname(path); folder.length > this.#root.length; folder = dirname(folder)) {
      try {
        rmdirSync(folder);
      } catch (error) {
        if (errnoOf(error) !== "ENOENT") return;
      }
    }
  }

  #withFolder(path: string, place: () => void): void {
    const folder = dirname(path);
    if (!this.#made.has(folder)) this.#make(folder);
    try {
      place();
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
      // Somebody else pruned the empty folder between the two calls.
      this.#make(folder);
      place();
    }
  }

  /** From the nearest folder known to be there downwards: asking the system for each one above costs more. */
  #makeBelow(folder: string): void {
    const above = dirname(folder);
    if (!this.#made.has(above)) this.#make(above);
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      if (errnoOf(error) === "EEXIST") return;
      if (errnoOf(error) !== "ENOENT") throw error;
      // The one above was pruned meanwhile.
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
  }

  #make(folder: string): void {
    if (this.#made.size >= REMEMBERED_FOLDERS) this.#made.clear();
    if (folder.length <= this.#root.length) mkdirSync(folder, { recursive: true, mode: 0o700 });
    else this.#makeBelow(folder);
    this.#made.add(folder);
  }
}
