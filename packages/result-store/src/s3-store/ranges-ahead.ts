import { type OpenRange, openRangeOf } from "./open-range.js";
import { PART_BYTES } from "./parts.js";
import type { RangedSource } from "./ranged-source.js";
import type { TakenMemory } from "./transfer-memory.js";

/** Ranges of one object that are fetched before their turn. */
const MOST_AHEAD = 7;

interface RangeAhead {
  readonly start: number;
  readonly end: number;
  /** Nothing where it could not be fetched: in its turn it is asked for once more. */
  readonly bytes: Promise<TakenMemory | undefined>;
}

/** What of one object is fetched before its turn, into memory that is bounded, on connections that nobody else wants. */
export class RangesAhead {
  readonly #source: RangedSource;
  readonly #size: number;
  readonly #etag: string | undefined;
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  #ranges: RangeAhead[] = [];

  constructor(source: RangedSource, { size, etag }: OpenRange) {
    this.#source = source;
    this.#size = size;
    this.#etag = etag;
    const { signal } = source;
    this.#signal = signal === undefined ? this.#over.signal : AbortSignal.any([signal, this.#over.signal]);
  }

  /** Where the first of them begins. */
  get begin(): number | undefined {
    return this.#ranges[0]?.start;
  }

  /** Asks for more, from `from` on or from where the last one ends. */
  fill(from: number): void {
    const { connections, memory } = this.#source;
    for (
      let start = this.#ranges.at(-1)?.end ?? from;
      start < this.#size && this.#ranges.length < MOST_AHEAD && connections.areIdle;
    ) {
      const end = Math.min(this.#size, start + PART_BYTES);
      const taken = memory.tryTake(end - start);
      if (taken === undefined) return;
      this.#ranges.push({ start, end, bytes: this.#fetch(start, taken) });
      start = end;
    }
  }

  /** The bytes from `position` on, if they were asked for and came. To be given back. */
  async take(position: number): Promise<TakenMemory | undefined> {
    if (this.#ranges[0]?.start !== position) return undefined;
    return await this.#ranges.shift()?.bytes;
  }

  drop(): void {
    this.#over.abort();
    for (const { bytes } of this.#ranges) void bytes.then((taken) => taken?.give());
    this.#ranges = [];
  }

  async #fetch(start: number, taken: TakenMemory): Promise<TakenMemory | undefined> {
    const { client, object, connections } = this.#source;
    const leave = connections.enter();
    try {
      const range = `bytes=${start}-${start + taken.bytes.length - 1}`;
      const options = { range, etag: this.#etag, signal: this.#signal };
      const { body } = await openRangeOf(client, object, options);
      let filled = 0;
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        taken.bytes.set(chunk, filled);
        filled += chunk.length;
      }
      if (filled === taken.bytes.length) return taken;
    } catch {
      // Its turn will show what is wrong.
    } finally {
      leave();
    }
    taken.drop();
    return undefined;
  }
}
