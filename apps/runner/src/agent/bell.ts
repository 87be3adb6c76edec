import type { Clock } from "@spawn/foundation";

/** Lets who waits look again. */
export class Bell {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves at the next ring; at the latest, if given, after so many milliseconds. */
  next(withinMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const disarm =
        withinMs === undefined ? undefined : this.#clock.wakeAt(this.#clock.bootMs() + withinMs, resolve);
      this.#waiting.push(() => {
        disarm?.();
        resolve();
      });
    });
  }
}
