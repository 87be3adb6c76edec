import { lstatSync, rmSync } from "node:fs";
import { explainStoreError } from "../store-errors.js";
import type { ObjectFiles } from "./object-files.js";
import { ObjectLocks } from "./object-locks.js";
import { versionAt } from "./read-object.js";
import type { TemporaryFiles } from "./temporary-files.js";

interface Growth {
  readonly known: string | undefined;
  readonly source: string;
  readonly to: number;
}

/** Puts files in place on the condition that the object there is what it is known to be. */
export class ConditionalFiles {
  readonly #objects: ObjectFiles;
  readonly #locks: ObjectLocks;
  /** Which object is the beginning of which file, by key. */
  readonly #grown = new Map<string, { readonly version: string; readonly source: string }>();

  constructor(objects: ObjectFiles, temporary: TemporaryFiles) {
    this.#objects = objects;
    this.#locks = new ObjectLocks(objects, temporary);
  }

  /**
   * Moves a finished temporary file to its key, or removes it.
   *
   * @returns the version that is there then; `undefined` where another one than `known` was
   */
  async place(key: string, finished: string, known: string | undefined): Promise<string | undefined> {
    const path = this.#objects.pathOf(key);
    try {
      return await this.#locks.hold(key, () => {
        if (versionAt(path) !== known) return undefined;
        // Who puts without a condition takes no lock.
        if (known === undefined && !this.#objects.moveInOnce(finished, path)) return undefined;
        if (known !== undefined) this.#objects.moveIn(finished, path);
        return versionAt(path);
      });
    } catch (error) {
      throw explainStoreError(error, `storing ${key}`, path);
    } finally {
      rmSync(finished, { force: true });
    }
  }

  /**
   * Makes an object as long as `to`.
   *
   * @param known version of the object
   * @param source path of the file that it grows after
   * @param append adds what is missing from `from` on
   * @param replace stores all of it anew, on the same condition
   */
  async grow(
    key: string,
    { known, source, to }: Growth,
    append: (from: number) => Promise<unknown>,
    replace: () => Promise<string | undefined>,
  ): Promise<string | undefined> {
    const path = this.#objects.pathOf(key);
    const grown = this.#grown.get(key);
    const isOwn = grown !== undefined && grown.version === known && grown.source === source;
    const appended = isOwn
      ? await this.#locks.hold(key, async () => {
          if (versionAt(path) !== known) return { version: undefined };
          const { size, nlink } = lstatSync(path);
          if (size > to || nlink > 1) return undefined;
          if (size < to) await append(size);
          return { version: versionAt(path) };
        })
      : undefined;
    const version = appended === undefined ? await replace() : appended.version;
    if (version === undefined) this.#grown.delete(key);
    else this.#grown.set(key, { version, source });
    return version;
  }
}
