/** A line this long is cut, so that output without line breaks neither grows in memory nor stays unseen. */
export const LONGEST_LINE_BYTES = 64 * 1024;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Cuts a stream of bytes into lines. `\n`, `\r\n` and a lone `\r` (progress bars) each end one. */
export class LineSplitter {
  #partial: Buffer = Buffer.alloc(0);
  #lastWasReturn = false;

  /** The lines that `chunk` completes, without their ends. */
  push(chunk: Buffer): readonly Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index];
      if (byte === NEWLINE && this.#lastWasReturn && index === start && this.#partial.length === 0) {
        start = index + 1;
        this.#lastWasReturn = false;
        continue;
      }
      if (byte === NEWLINE || byte === RETURN) {
        lines.push(this.#complete(chunk.subarray(start, index)));
        start = index + 1;
        this.#lastWasReturn = byte === RETURN;
      } else {
        this.#lastWasReturn = false;
        if (this.#partial.length + index - start >= LONGEST_LINE_BYTES) {
          lines.push(this.#complete(chunk.subarray(start, index)));
          start = index;
        }
      }
    }
    if (start < chunk.length) this.#partial = Buffer.concat([this.#partial, chunk.subarray(start)]);
    return lines;
  }

  /** Bytes of the line that is not complete yet. */
  get partialBytes(): number {
    return this.#partial.length;
  }

  /** The incomplete line as it stands, if there is one. */
  flush(): Buffer | undefined {
    if (this.#partial.length === 0) return undefined;
    const line = this.#partial;
    this.#partial = Buffer.alloc(0);
    return line;
  }

  #complete(rest: Buffer): Buffer {
    if (this.#partial.length === 0) return rest;
    const line = Buffer.concat([this.#partial, rest]);
    this.#partial = Buffer.alloc(0);
    return line;
  }
}
