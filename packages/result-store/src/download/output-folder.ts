import { lstatSync, mkdirSync, realpathSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { errnoOf, SpawnError } from "@spawn/foundation";
import { isSafeName } from "../safe-names.js";
import { explained } from "../store-errors.js";

/** Unfinished files; no job's folder is called so, since no job id begins with a dot. */
const PARTIAL_FOLDER = ".partial";

/**
 * The folder a download goes into, and never leaves: no name leads out of it, and nothing is written through a
 * symbolic link inside. The folder itself may be one, as its owner chose it.
 */
export class OutputFolder {
  readonly #path: string;
  readonly #checked = new Set<string>();

  /** Makes the folder where it is not there yet. */
  constructor(path: string) {
    this.#path = explained("making the output folder", path, () => {
      mkdirSync(path, { recursive: true });
      return realpathSync(path);
    });
  }

  /**
   * The absolute path for a file, its folders made.
   *
   * @throws SpawnError `verification-failed` when the path would lead out.
   */
  pathFor(name: string): string {
    if (!isSafeName(name)) throw leadsOut(name, "the name leads out of the output folder");
    const path = join(this.#path, name);
    this.#makeFolder(dirname(name));
    return path;
  }

  /** Where a file is kept until it is whole, the same for the same `id`. */
  partialFor(id: string): string {
    return this.pathFor(`${PARTIAL_FOLDER}/${id}`);
  }

  /** Takes the folder of unfinished files away, if there are none. */
  tidy(): void {
    this.#removeIfEmpty(PARTIAL_FOLDER);
  }

  /** The absolute path for a file that may be there; `undefined` where its folder is none, or is reached by a link. */
  existing(name: string): string | undefined {
    if (!isSafeName(name)) return undefined;
    for (let folder = dirname(name); folder !== "."; folder = dirname(folder)) {
      if (lstatSync(join(this.#path, folder), { throwIfNoEntry: false })?.isDirectory() !== true)
        return undefined;
    }
    return join(this.#path, name);
  }

  /** Takes a file away, and the folders that are empty without it. */
  removeFile(name: string): void {
    const path = this.existing(name);
    if (path === undefined) return;
    explained("removing a file", path, () => rmSync(path, { force: true }));
    for (let folder = dirname(name); folder !== "."; folder = dirname(folder)) {
      if (!this.#removeIfEmpty(folder)) return;
      this.#checked.delete(folder);
    }
  }

  /** Writes a small file of the download's own; a reader sees the old one or the new one. */
  replaceFile(name: string, text: string): void {
    const path = this.pathFor(name);
    explained("writing a file", path, () => {
      writeFileSync(`${path}.next`, text, { mode: 0o600 });
      renameSync(`${path}.next`, path);
    });
  }

  #removeIfEmpty(name: string): boolean {
    try {
      rmdirSync(join(this.#path, name));
      return true;
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return false;
    }
  }

  #makeFolder(name: string): void {
    if (name === "." || this.#checked.has(name)) return;
    this.#makeFolder(dirname(name));
    const path = join(this.#path, name);
    explained("making a folder", path, () => {
      try {
        mkdirSync(path);
      } catch (error) {
        if (errnoOf(error) !== "EEXIST") throw error;
      }
      const stats = lstatSync(path);
      if (stats.isSymbolicLink()) throw leadsOut(name, "it is a symbolic link");
      if (!stats.isDirectory()) throw leadsOut(name, "it is not a folder");
    });
    this.#checked.add(name);
  }
}

function leadsOut(name: string, why: string): SpawnError {
  return new SpawnError("verification-failed", `nothing is written to ${JSON.stringify(name)}: ${why}`, {
    hint: "Choose another output folder with --output.",
  });
}
