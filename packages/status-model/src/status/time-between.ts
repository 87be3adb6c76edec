import type { Moment } from "../fold/job-history.js";

/** Below this a whole second is too much to be off by. */
const SHORT_MS = 10_000;

/** Clocks that are being slewed run apart by less than this share. */
const SLEW = 0.001;

/**
 * Milliseconds from one moment to another, by scheduler time, which never jumps. While the wall clock tells the same but
 * for fractions of a second it is the difference of the whole seconds shown, so that start, end and duration add up on
 * the page; what took less than ten seconds is shown as it was. After somebody set the clock the shown times say what they say, and the duration stays right.
 */
export function msBetween(from: Moment, to: Moment): number {
  const passed = Math.max(0, to.t - from.t);
  if (passed < SHORT_MS) return passed;
  const shown = (Math.floor(to.at / 1000) - Math.floor(from.at / 1000)) * 1000;
  return isNear(shown, passed) ? Math.max(0, shown) : passed;
}

/** Whether the wall clock went on from one moment to the other as scheduler time did: nobody set it between them. */
export function clocksAgree(from: Moment, to: Moment): boolean {
  return isNear(to.at - from.at, to.t - from.t);
}

function isNear(shown: number, passed: number): boolean {
  return Math.abs(shown - passed) <= 1000 + passed * SLEW;
}
