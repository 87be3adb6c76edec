import { closeSync, openSync, readSync, statSync } from "node:fs";
import { LineSplitter } from "./line-splitter.js";

const CHUNK_BYTES = 256 * 1024;
/** How long an incomplete line waits for its end before it is shown as it is. */
const PARTIAL_LINE_MS = 1000;

/** One output file of one attempt, read line by line while it grows. */
export class LogStream {
  readonly #path: string;
  readonly #splitter = new LineSplitter();
  #fd: number | undefined;
  #offset: number;
  #partialSince: number | undefined;

  constructor(path: string, offset: number) {
    this.#path = path;
    this.#offset = offset;
  }

  /** Bytes whose lines have been handed out. */
  get consumed(): number {
    return this.#offset - this.#splitter.partialBytes;
  }

  /** Reads at most one chunk. `more` says that there may be more right now. */
  read(nowMs: number): { readonly lines: readonly Buffer[]; readonly more: boolean } {
    const chunk = this.#next();
    if (chunk === undefined) {
      const stale = this.#partialSince !== undefined && nowMs - this.#partialSince >= PARTIAL_LINE_MS;
      return { lines: stale ? this.flush() : [], more: false };
    }
    const lines = this.#splitter.push(chunk);
    this.#partialSince = this.#splitter.partialBytes > 0 ? nowMs : undefined;
    return { lines, more: chunk.length === CHUNK_BYTES };
  }

  /** The incomplete line at the end, if any. */
  flush(): readonly Buffer[] {
    this.#partialSince = undefined;
    const line = this.#splitter.flush();
    return line === undefined ? [] : [line];
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #next(): Buffer | undefined {
    if (this.#fd === undefined) {
      const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
      if (size <= this.#offset) return undefined;
      this.#fd = openSync(this.#path, "r");
    }
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const length = readSync(this.#fd, chunk, 0, CHUNK_BYTES, this.#offset);
    if (length === 0) return undefined;
    this.#offset += length;
    return chunk.subarray(0, length);
  }
}
