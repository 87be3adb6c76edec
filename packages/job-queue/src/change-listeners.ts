/** Those who want to hear of changes. A watch for them is on while there is anybody. */
export class ChangeListeners {
  readonly #start: (tell: () => void) => () => void;
  readonly #listeners = new Set<() => void>();
  #stop: (() => void) | undefined;
  #isDue = false;

  /** @param start begins a watch that calls `tell` at each change, and returns what ends it. */
  constructor(start: (tell: () => void) => () => void) {
    this.#start = start;
  }

  /** @returns ends it. */
  add(onChange: () => void): () => void {
    const listener = (): void => onChange();
    this.#listeners.add(listener);
    this.#stop ??= this.#start(() => this.#tell());
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#listeners.clear();
  }

  /** Changes of one turn of the event loop are told once. */
  #tell(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
