import type { JobKeys } from "../keys.js";
import type { MatchedFile } from "../matching/match-result-files.js";
import { encodeProvisional, type ProvisionalFile } from "../provisional.js";
import type { ResultStore } from "../result-store.js";

/** Keeps `provisional.json` of one job: one put whenever other files are there than before. */
export class Description {
  readonly #store: ResultStore;
  readonly #keys: JobKeys;
  #files: readonly ProvisionalFile[] = [];
  #said: string | undefined;

  constructor(store: ResultStore, keys: JobKeys) {
    this.#store = store;
    this.#keys = keys;
  }

  /** @param keeps whether a file is described further that was described before, and is not there now */
  async say(attempt: number, files: readonly MatchedFile[], keeps: (path: string) => boolean): Promise<void> {
    const rows = [
      ...files.map(({ path, name, mode }) => ({
        ...{ path, name, key: this.#keys.result(name) },
        mode: shownMode(mode),
      })),
      ...this.#files.filter(({ path }) => keeps(path)),
    ];
    if (rows.length === 0 && this.#said === undefined) return;
    const text = encodeProvisional({ attempt, files: rows });
    if (text === this.#said) return;
    await this.#store.putBytes(this.#keys.provisional, Buffer.from(text));
    this.#said = text;
    this.#files = rows;
  }

  /** Nothing is described any more. @param mayExist whether another process may have described something */
  async remove(mayExist: boolean): Promise<void> {
    if (mayExist || this.#said !== undefined) await this.#store.remove(this.#keys.provisional);
    this.#said = undefined;
  }
}

export function shownMode(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, "0");
}
