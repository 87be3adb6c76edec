/** Ranks, smallest first; each at most once. A binary heap that knows where each rank is. */
export class ReadyHeap {
  readonly #ranks: number[] = [];
  /** Where a rank is in the heap, plus 1; 0 when it is not there. */
  readonly #places: Int32Array;

  /** Ranks are 0 up to `size` - 1. Heaps that never hold the same rank may share `places`. */
  constructor(size: number, places = new Int32Array(size)) {
    this.#places = places;
  }

  get size(): number {
    return this.#ranks.length;
  }

  /** The smallest rank. */
  get head(): number | undefined {
    return this.#ranks[0];
  }

  has(rank: number): boolean {
    return this.#places[rank] !== 0;
  }

  add(rank: number): void {
    if (this.has(rank)) return;
    this.#ranks.push(rank);
    this.#rise(this.#ranks.length - 1, rank);
  }

  remove(rank: number): void {
    const place = this.#places[rank]! - 1;
    if (place === -1) return;
    this.#places[rank] = 0;
    const last = this.#ranks.pop()!;
    if (last === rank) return;
    this.#rise(place, last);
    this.#sink(this.#places[last]! - 1, last);
  }

  /** The smallest rank that `accepts` takes. O(1) when it takes the smallest, O(k log n) when it refuses k before. */
  first(accepts: (rank: number) => boolean): number | undefined {
    const refused: number[] = [];
    try {
      for (;;) {
        const rank = this.#ranks[0];
        if (rank === undefined || accepts(rank)) return rank;
        this.remove(rank);
        refused.push(rank);
      }
    } finally {
      for (const rank of refused) this.add(rank);
    }
  }

  #rise(from: number, rank: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = this.#ranks[parent]!;
      if (other <= rank) break;
      this.#put(place, other);
      place = parent;
    }
    this.#put(place, rank);
  }

  #sink(from: number, rank: number): void {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#ranks.length) break;
      if (child + 1 < this.#ranks.length && this.#ranks[child + 1]! < this.#ranks[child]!) child += 1;
      const other = this.#ranks[child]!;
      if (other >= rank) break;
      this.#put(place, other);
      place = child;
    }
    this.#put(place, rank);
  }

  #put(place: number, rank: number): void {
    this.#ranks[place] = rank;
    this.#places[rank] = place + 1;
  }
}
