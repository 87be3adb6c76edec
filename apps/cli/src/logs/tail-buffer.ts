/** Keeps the last lines of many. */
export class TailBuffer {
  readonly #size: number;
  #lines: string[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  push(lines: readonly string[]): void {
    for (const line of lines) this.#lines.push(line);
    // Cut in large steps: cutting at every line would move all of them each time.
    if (this.#lines.length > 2 * this.#size + 1000) this.#lines = this.#cut();
  }

  get lines(): readonly string[] {
    return this.#cut();
  }

  #cut(): string[] {
    return this.#lines.slice(Math.max(0, this.#lines.length - this.#size));
  }
}
