import { closeSync, openSync, readSync, statSync } from "node:fs";
import { errnoOf, explainFileError } from "@spawn/foundation";

const CHUNK_BYTES = 256 * 1024;

/** A log file that may still grow, or not exist yet, read from where the last reading ended. */
export class LogFile {
  readonly #path: string;
  readonly #end: number;
  #offset: number;

  /** @param options `from`, `to`: only these bytes of it; `lastBytes`: of what is there already, no more than this */
  constructor(
    path: string,
    options: { readonly from?: number; readonly to?: number; readonly lastBytes?: number | undefined } = {},
  ) {
    const { from = 0, to = Number.POSITIVE_INFINITY, lastBytes } = options;
    this.#path = path;
    this.#end = to;
    this.#offset = from;
    if (lastBytes === undefined) return;
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.#offset = Math.max(from, Math.min(size, to) - lastBytes);
  }

  /** What has come since the last call, in chunks. @throws SpawnError `permission-denied`. */
  *read(): Generator<Uint8Array, void> {
    const fd = this.#open();
    if (fd === undefined) return;
    try {
      for (;;) {
        const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
        const wanted = Math.min(CHUNK_BYTES, this.#end - this.#offset);
        const length = wanted <= 0 ? 0 : readSync(fd, chunk, 0, wanted, this.#offset);
        if (length === 0) return;
        this.#offset += length;
        yield chunk.subarray(0, length);
      }
    } finally {
      closeSync(fd);
    }
  }

  #open(): number | undefined {
    try {
      return openSync(this.#path, "r");
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined;
      throw explainFileError(error, "cannot read the log", this.#path);
    }
  }
}
