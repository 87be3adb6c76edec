import type { Clock } from "@spawn/foundation";

/** A clock for one loop that does nothing but work and wait. It knows which of the two it is at. */
export class WatchedClock implements Clock {
  readonly #clock: Clock;
  #isWaiting = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  bootMs(): number {
    return this.#clock.bootMs();
  }

  wakeAt(atBootMs: number, callback: () => void): () => void {
    this.#isWaiting = true;
    const disarm = this.#clock.wakeAt(atBootMs, () => {
      this.#isWaiting = false;
      callback();
    });
    return () => {
      this.#isWaiting = false;
      disarm();
    };
  }
}
