import type { TimerEvent } from "@spawn/dag-core";
import type { QueueClock } from "./queue-clock.js";

/** The scheduler's timers. One that is past its use is taken back, so that a long queue does not collect them. */
export class Alarms {
  readonly #clock: QueueClock;
  readonly #ring: (event: TimerEvent) => void;
  readonly #armed = new Map<string, () => void>();

  constructor(clock: QueueClock, ring: (event: TimerEvent) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings with `event` at `t`; a later alarm of the same kind for the same job replaces it. */
  set(t: number, event: TimerEvent): void {
    const key = keyOf(event);
    this.#armed.get(key)?.();
    const disarm = this.#clock.wakeAt(t, () => {
      this.#armed.delete(key);
      this.#ring(event);
    });
    this.#armed.set(key, disarm);
  }

  /** The attempt has ended: there is nothing left to time out. */
  attemptEnded(job: string): void {
    const key = `attempt-timed-out ${job}`;
    this.#armed.get(key)?.();
    this.#armed.delete(key);
  }

  /** How many are armed. */
  get size(): number {
    return this.#armed.size;
  }
}

function keyOf(event: TimerEvent): string {
  return event.type === "global-timeout-reached" ? event.type : `${event.type} ${event.job}`;
}
