/** Memory for bytes on their way, until it is given back. */
export interface TakenMemory {
  /** As long as was asked for; what it holds is left over. */
  readonly bytes: Buffer;
  /** Gives it to the next: nothing may look at the bytes any more. */
  give(): void;
  /** Gives the room back but not the bytes, which something broken off may still look at. */
  drop(): void;
}

interface Waiting {
  readonly bytes: number;
  readonly grant: (memory: TakenMemory) => void;
}

/**
 * Memory for transfers, never more than so much at once. Large pieces are used again and again: what is left to the garbage
 * collector is not collected before there is much of it.
 */
export class TransferMemory {
  readonly #total: number;
  readonly #pieceBytes: number;
  readonly #pieces: Buffer[] = [];
  readonly #waiting: Waiting[] = [];
  #left: number;

  /**
   * @param total bytes
   * @param pieceBytes of the pieces that are used again; what is half as long or longer takes one
   */
  constructor(total: number, pieceBytes: number) {
    this.#total = total;
    this.#left = total;
    this.#pieceBytes = pieceBytes;
  }

  /** Waits its turn. What is larger than all there is waits until it is alone. */
  take(bytes: number): Promise<TakenMemory> {
    return new Promise((grant) => {
      this.#waiting.push({ bytes, grant });
      this.#serve();
    });
  }

  /** `undefined` where there is too little, or others wait. */
  tryTake(bytes: number): TakenMemory | undefined {
    return this.#waiting.length === 0 && this.#costOf(bytes) <= this.#left ? this.#grant(bytes) : undefined;
  }

  #serve(): void {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      if (this.#costOf(first.bytes) > this.#left) return;
      this.#waiting.shift();
      first.grant(this.#grant(first.bytes));
    }
  }

  #grant(bytes: number): TakenMemory {
    const cost = this.#costOf(bytes);
    this.#left -= cost;
    const piece = this.#isPiece(bytes)
      ? (this.#pieces.pop() ?? Buffer.allocUnsafeSlow(this.#pieceBytes))
      : undefined;
    const release = (): void => {
      this.#left += cost;
      this.#serve();
    };
    return {
      bytes: piece?.subarray(0, bytes) ?? Buffer.allocUnsafeSlow(bytes),
      give: () => {
        if (piece !== undefined) this.#pieces.push(piece);
        release();
      },
      drop: release,
    };
  }

  #isPiece(bytes: number): boolean {
    return bytes <= this.#pieceBytes && bytes >= this.#pieceBytes / 2;
  }

  #costOf(bytes: number): number {
    return Math.min(this.#total, this.#isPiece(bytes) ? this.#pieceBytes : bytes);
  }
}
