import type { Clock, Random } from "@spawn/foundation";
import { explainDatabaseError, isBusy } from "./explain-database-error.js";

/** How long a call tries to get at a database that others write to. */
const GIVE_UP_AFTER_MS = 60_000;

/** Short: SQLite has no line of those who wait, and who looks seldom seldom finds it free. */
const LONGEST_PAUSE_MS = 10;

/** Makes calls of a database wait for their turn without keeping the thread from other work, and explains their errors. */
export class Attempts {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(path: string, clock: Clock, random: Random) {
    this.#path = path;
    this.#clock = clock;
    this.#random = random;
  }

  /** @param work is done whole or throws having done nothing. */
  async run<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const giveUpAt = this.#clock.bootMs() + GIVE_UP_AFTER_MS;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isBusy(error) || this.#clock.bootMs() >= giveUpAt) throw explainDatabaseError(error, this.#path);
      }
      await this.#pause();
    }
  }

  /** By chance, so that those who wait do not meet again. */
  #pause(): Promise<void> {
    const ms = 1 + this.#random.next() * LONGEST_PAUSE_MS;
    return new Promise((resolve) => this.#clock.wakeAt(this.#clock.bootMs() + ms, resolve));
  }
}
