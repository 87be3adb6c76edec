import { type Clock, FakeClock } from "@spawn/foundation";

/** A clock for which every wait is over at once: time passes by as much as was waited for. */
export class HurriedClock implements Clock {
  readonly #clock: FakeClock;

  constructor(wallMs = Date.now()) {
    this.#clock = new FakeClock({ wallMs });
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  bootMs(): number {
    return this.#clock.bootMs();
  }

  wakeAt(atBootMs: number, callback: () => void): () => void {
    const handle = setImmediate(() => {
      this.#clock.advance(Math.max(0, atBootMs - this.#clock.bootMs()));
      callback();
    });
    return () => clearImmediate(handle);
  }

  advance(ms: number): void {
    this.#clock.advance(ms);
  }
}
