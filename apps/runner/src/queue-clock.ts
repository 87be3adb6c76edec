import { currentBootId } from "@spawn/attempt-runner";
import type { Clock } from "@spawn/foundation";
import { schedulerTimeAt, type TimeAnchor } from "@spawn/status-model";

/** Scheduler time: 0 when the queue first began, continued over restarts and reboots, never back. */
export class QueueClock {
  readonly #clock: Clock;
  readonly #anchor: TimeAnchor;
  readonly #bootId = currentBootId();
  #latest: number;

  /** @param anchor the last moment that the journal knows, if there is one. */
  constructor(clock: Clock, anchor: TimeAnchor | undefined, latest = anchor?.t ?? 0) {
    this.#clock = clock;
    this.#anchor = anchor ?? { t: 0, at: clock.wallMs(), bootMs: clock.bootMs(), bootId: this.#bootId };
    this.#latest = latest;
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  bootMs(): number {
    return this.#clock.bootMs();
  }

  now(): number {
    const now = { at: this.#clock.wallMs(), bootMs: this.#clock.bootMs(), bootId: this.#bootId };
    this.#latest = Math.max(this.#latest, Math.round(schedulerTimeAt(this.#anchor, now)));
    return this.#latest;
  }

  /** Calls `callback` once `now()` has reached `t`; the returned function takes it back. */
  wakeAt(t: number, callback: () => void): () => void {
    return this.#clock.wakeAt(this.#clock.bootMs() + Math.max(0, t - this.now()), callback);
  }
}
