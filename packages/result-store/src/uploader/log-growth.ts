import { unreachable } from "@spawn/foundation";
import type { ResultStore } from "../result-store.js";

/** Where time alone does not make a step due, smaller ones are not worth a request. */
const FIRST_STEP_BYTES = 16 * 1024;

/**
 * What may be sent of a log for each second that it has been growing, beside its size: 0.03 % of what the smallest
 * instance's network takes for ever. It pays for sending a small log whole again every few seconds.
 */
export const LIVE_BYTES_PER_S = 4 * 1024;

/** What is in the store of a log that still grows, in bytes, and since when; times are of a clock that never jumps. */
export interface LogProgress {
  readonly stored: number;
  /** All that was sent for it so far. */
  readonly sent: number;
  /** When it was looked at first, in milliseconds. */
  readonly sinceMs: number;
  /** When it last went up, in milliseconds; absent before. */
  readonly lastMs?: number;
}

export interface LogLook {
  /** Of the log, in bytes. */
  readonly size: number;
  readonly nowMs: number;
  /** The least time between two steps that only keep it live. */
  readonly everyMs: number;
}

/**
 * How much of a growing log should be in the store now, from its beginning.
 *
 * With the complete log sent once at its end, all that is sent is at most twice the final size and `LIVE_BYTES_PER_S`
 * for the time it grew, whatever its size comes to be. Where every step sends the whole object, a log is therefore as
 * far behind as it takes to earn the next step, `everyMs` at least: 10 s up to 40 KiB, 16 s at 64 KiB, a minute at
 * 256 KiB. Sooner than that it goes up when what can be paid for is twice what is stored.
 *
 * @returns `undefined` when the next step is not due.
 */
export function nextLogStep(
  { size, nowMs, everyMs }: LogLook,
  progress: LogProgress,
  growth: ResultStore["growth"],
): LogProgress | undefined {
  if (size <= progress.stored) return undefined;
  const grown = (stored: number, sent: number): LogProgress => ({ ...progress, stored, sent, lastMs: nowMs });
  switch (growth) {
    case "append":
      return grown(size, size);
    case "replace": {
      const earned = (LIVE_BYTES_PER_S * (nowMs - progress.sinceMs)) / 1000;
      const affordable = Math.min(size, Math.floor(size + earned - progress.sent));
      const isQuiet = progress.lastMs === undefined || nowMs - progress.lastMs >= everyMs;
      const isDue =
        affordable >= Math.max(FIRST_STEP_BYTES, 2 * progress.stored) || (affordable === size && isQuiet);
      return isDue ? grown(affordable, progress.sent + affordable) : undefined;
    }
    default:
      return unreachable(growth);
  }
}
