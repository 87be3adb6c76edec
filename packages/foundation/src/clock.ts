import { readFileSync } from "node:fs";

/** Where time comes from. A parameter everywhere, so that tests own it. */
export interface Clock {
  /** Milliseconds since the Unix epoch; may jump when somebody sets the clock. For showing only. */
  wallMs(): number;
  /**
   * Milliseconds since this machine booted, suspended time included; never jumps, and is the same for every
   * process of one boot. For durations, timeouts and backoff.
   */
  bootMs(): number;
  /** Calls `callback` once `bootMs()` has reached `atBootMs`; the returned function takes it back. */
  wakeAt(atBootMs: number, callback: () => void): () => void;
}

/** `setTimeout` fires at once for longer delays than this (2³¹ − 1 ms, 24.8 days), so longer waits are taken in steps. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How often the boot clock is compared with the machine's, and from when on a difference counts. */
const COMPARE_EVERY_MS = 1_000;

/**
 * The machine's own clocks. The boot clock is read from `/proc/uptime` and continued from the monotonic clock. That one
 * stands still while the machine is suspended, so what it missed is added within a second after.
 */
export function systemClock(): Clock {
  let bootAtZero = uptimeMs() - performance.now();
  let comparedAt = performance.now();
  const bootMs = (): number => {
    const now = performance.now();
    if (now - comparedAt >= COMPARE_EVERY_MS) {
      comparedAt = now;
      const missed = uptimeMs() - (bootAtZero + now);
      if (missed >= COMPARE_EVERY_MS) bootAtZero += missed;
    }
    return bootAtZero + now;
  };
  return {
    wallMs: () => Date.now(),
    bootMs,
    wakeAt(atBootMs, callback) {
      let timer: NodeJS.Timeout;
      const arm = (): void => {
        const left = atBootMs - bootMs();
        if (left <= 0) callback();
        else timer = setTimeout(arm, Math.min(Math.ceil(left), LONGEST_TIMER_MS));
      };
      timer = setTimeout(arm, Math.min(Math.max(0, Math.ceil(atBootMs - bootMs())), LONGEST_TIMER_MS));
      return () => clearTimeout(timer);
    },
  };
}

function uptimeMs(): number {
  try {
    const seconds = Number.parseFloat(readFileSync("/proc/uptime", "utf8"));
    if (Number.isFinite(seconds)) return seconds * 1000;
  } catch {
    // Not Linux: durations still work within one process, which is all that is asked for there.
  }
  return performance.now();
}

/** A clock that stands still until a test moves it. Timers fire in order of their time, then of their making. */
export class FakeClock implements Clock {
  #wallMs: number;
  #bootMs: number;
  #timers: { at: number; callback: () => void }[] = [];

  constructor(start: { readonly wallMs?: number; readonly bootMs?: number } = {}) {
    this.#wallMs = start.wallMs ?? Date.UTC(2026, 0, 27, 10, 0, 0);
    this.#bootMs = start.bootMs ?? 0;
  }

  wallMs(): number {
    return this.#wallMs;
  }

  bootMs(): number {
    return this.#bootMs;
  }

  wakeAt(atBootMs: number, callback: () => void): () => void {
    const timer = { at: atBootMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** The boot time of the next timer, if any is armed. */
  nextTimer(): number | undefined {
    return this.#timers.length === 0 ? undefined : Math.min(...this.#timers.map((timer) => timer.at));
  }

  advance(ms: number): void {
    const end = this.#bootMs + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#moveTo(Math.max(due.at, this.#bootMs));
      due.callback();
    }
    this.#moveTo(end);
  }

  /** Sets the wall clock, as a person or NTP would; the boot clock does not notice. */
  setWall(wallMs: number): void {
    this.#wallMs = wallMs;
  }

  #moveTo(bootMs: number): void {
    this.#wallMs += bootMs - this.#bootMs;
    this.#bootMs = bootMs;
  }
}
