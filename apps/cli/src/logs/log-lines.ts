import { StringDecoder } from "node:string_decoder";

/** Bytes of a growing log in, whole lines out. */
export class LogLines {
  readonly #decoder = new StringDecoder("utf8");
  #partial = "";

  push(bytes: Uint8Array): readonly string[] {
    const lines = (this.#partial + this.#decoder.write(Buffer.from(bytes))).split("\n");
    this.#partial = lines.pop() ?? "";
    return lines;
  }

  /** The incomplete last line, if any. */
  end(): readonly string[] {
    const rest = this.#partial + this.#decoder.end();
    this.#partial = "";
    return rest === "" ? [] : [rest];
  }
}

/** The last `count` lines; all where it is undefined. */
export function tailOf(lines: readonly string[], count: number | undefined): readonly string[] {
  if (count === undefined) return lines;
  return count === 0 ? [] : lines.slice(-count);
}
