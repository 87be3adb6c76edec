import type { QueueFold } from "./queue-fold.js";

/** What a machine's clocks show. */
export interface ClockReading {
  /** Wall clock, ms since the Unix epoch. */
  readonly at: number;
  /** Ms since the machine booted. */
  readonly bootMs: number;
  readonly bootId: string;
}

/** A moment at which scheduler time and a machine's clocks are known together. */
export interface TimeAnchor extends ClockReading {
  /** Scheduler time, ms. */
  readonly t: number;
}

/**
 * Scheduler time now, in milliseconds. In the boot of the anchor the boot clock tells, which nobody can set; after a
 * reboot, or on another machine, only the wall clock can tell how much time has passed, and it never takes any back.
 */
export function schedulerTimeAt(anchor: TimeAnchor, now: ClockReading): number {
  const passed = now.bootId === anchor.bootId ? now.bootMs - anchor.bootMs : now.at - anchor.at;
  return anchor.t + Math.max(0, passed);
}

/**
 * The best anchor that a journal gives for a machine's clocks: the last runner's start if it was in the same boot, else
 * the last record. `undefined` for a journal without records.
 */
export function timeAnchorOf(fold: QueueFold, bootId: string): TimeAnchor | undefined {
  const { runner, latest } = fold;
  if (runner?.bootId === bootId) return { t: runner.t, at: runner.at, bootMs: runner.bootMs, bootId };
  return latest === undefined ? undefined : { ...latest, bootMs: 0, bootId: runner?.bootId ?? "" };
}
