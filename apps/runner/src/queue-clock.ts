import { currentBootId } from "@spawn/attempt-runner";
import type { Clock } from "@spawn/foundation";
import { type ClockReading, schedulerTimeAt, type TimeAnchor } from "@spawn/status-model";

/** Scheduler time: 0 when the queue first began, continued over restarts and reboots, never back. */
export class QueueClock {
  readonly #clock: Clock;
  readonly #anchor: TimeAnchor;
  readonly #bootId = currentBootId();
  #latest: number;

  /** @param anchor the last moment that the journal knows, if there is one. */
  constructor(clock: Clock, anchor: TimeAnchor | undefined, latest = anchor?.t ?? 0) {
    this.#clock = clock;
    const now = this.#reading();
    // Begun anew here: only the step over a reboot may rest on the wall clock, which somebody may set at any time.
    const t = anchor === undefined ? 0 : schedulerTimeAt(anchor, now);
    this.#anchor = { ...now, t: Math.max(t, latest) };
    this.#latest = Math.round(this.#anchor.t);
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  bootMs(): number {
    return this.#clock.bootMs();
  }

  now(): number {
    this.#latest = Math.max(this.#latest, Math.round(schedulerTimeAt(this.#anchor, this.#reading())));
    return this.#latest;
  }

  /** Calls `callback` once `now()` has reached `t`; the returned function takes it back. */
  wakeAt(t: number, callback: () => void): () => void {
    return this.#clock.wakeAt(this.#clock.bootMs() + Math.max(0, t - this.now()), callback);
  }

  #reading(): ClockReading {
    return { at: this.#clock.wallMs(), bootMs: this.#clock.bootMs(), bootId: this.#bootId };
  }
}
