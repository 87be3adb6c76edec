import { unreachable } from "@spawn/foundation";
import type { ResultStore } from "../result-store.js";

/** Smaller logs are not worth a request before they are complete. */
const FIRST_STEP_BYTES = 16 * 1024;

/** What is in the store of a log that still grows, in bytes. */
export interface LogProgress {
  readonly stored: number;
  /** All that was sent for it so far. */
  readonly sent: number;
}

export const NOTHING_STORED: LogProgress = { stored: 0, sent: 0 };

/**
 * How much of a growing log should be in the store now, from its beginning.
 *
 * What is sent while it grows never exceeds its size, whatever that comes to be, so that with the complete log sent
 * once at its end the total is at most twice the final size. Where every step sends the whole object, a step therefore
 * covers only what the bytes sent before have left over, and waits until that is twice what is stored.
 *
 * @returns `undefined` when the next step is not due.
 */
export function nextLogStep(
  size: number,
  progress: LogProgress,
  growth: ResultStore["growth"],
): LogProgress | undefined {
  switch (growth) {
    case "append":
      return size > progress.stored ? { stored: size, sent: size } : undefined;
    case "replace": {
      const affordable = size - progress.sent;
      if (affordable < Math.max(FIRST_STEP_BYTES, 2 * progress.stored)) return undefined;
      return { stored: affordable, sent: progress.sent + affordable };
    }
    default:
      return unreachable(growth);
  }
}
