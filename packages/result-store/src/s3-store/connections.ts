/** Counts what is fetched at once, so that only what would be idle is used to fetch ahead. */
export class Connections {
  readonly #most: number;
  #busy = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get areIdle(): boolean {
    return this.#busy < this.#most;
  }

  /** @returns to be called once, when it is done */
  enter(): () => void {
    this.#busy += 1;
    return () => {
      this.#busy -= 1;
    };
  }
}
