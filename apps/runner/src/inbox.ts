/** What the loop waits on: everything that happens is put here, and taken out in the same order. */
export class Inbox<T> {
  #items: T[] = [];
  #wake: (() => void) | undefined;

  put(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  /** All that has come since the last call; waits for at least one. */
  async take(): Promise<readonly T[]> {
    await this.filled();
    return this.drain();
  }

  /** Resolves once there is something to take. Only the last of several that wait is told. */
  async filled(): Promise<void> {
    while (this.#items.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  /** All that has come since the last call, without waiting. */
  drain(): readonly T[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}
