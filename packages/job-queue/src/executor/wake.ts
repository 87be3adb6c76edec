import type { Clock } from "@spawn/foundation";

/** Lets one loop wait until something has happened or some time has passed. What happens between two waits is not lost. */
export class Wake {
  readonly #clock: Clock;
  #isDue = false;
  #resolve: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): void {
    this.#isDue = true;
    this.#resolve?.();
  }

  /** What happened until now has been seen. */
  clear(): void {
    this.#isDue = false;
  }

  /** Until something happens after the last `clear`, at most that long. */
  async wait(ms: number): Promise<void> {
    if (this.#isDue) return;
    await new Promise<void>((resolve) => {
      const disarm = this.#clock.wakeAt(this.#clock.bootMs() + ms, () => this.#resolve?.());
      this.#resolve = () => {
        this.#resolve = undefined;
        disarm();
        resolve();
      };
    });
  }
}
