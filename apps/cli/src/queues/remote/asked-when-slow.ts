/** A question that is put when it is needed, or when something else has kept everybody waiting. */
export class AskedWhenSlow<Answer> {
  readonly #ask: () => Promise<Answer>;
  #asked: Promise<Answer> | undefined;

  constructor(ask: () => Promise<Answer>) {
    this.#ask = ask;
  }

  /** Puts the question, unless `other` is settled within so many milliseconds. @returns `other`. */
  async unlessWithin<Other>(ms: number, other: Promise<Other>): Promise<Other> {
    const timer = setTimeout(() => void this.answer().catch(() => undefined), ms);
    try {
      return await other;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The question is put once. */
  answer(): Promise<Answer> {
    this.#asked ??= this.#ask();
    return this.#asked;
  }
}
