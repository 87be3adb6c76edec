import { type Clock, errnoOf } from "@spawn/foundation";

const RETRY_AFTER_MS = 100;

/**
 * Performs `look`, again and again while this process or the machine has no file descriptor or memory left for it:
 * what cannot be looked at now must not be taken for gone. `look` may be performed in part before.
 */
export function whenNotScarce(clock: Clock, look: () => void): void {
  try {
    look();
  } catch (error) {
    if (!isScarce(error)) throw error;
    clock.wakeAt(clock.bootMs() + RETRY_AFTER_MS, () => whenNotScarce(clock, look));
  }
}

function isScarce(error: unknown): boolean {
  const code = errnoOf(error);
  return code === "EMFILE" || code === "ENFILE" || code === "ENOMEM";
}
