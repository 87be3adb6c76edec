import { setTimeout as wait } from "node:timers/promises";
import { errnoOf } from "@spawn/foundation";

/** Waits that long, or until the signal comes. */
export async function pauseUnless(signal: AbortSignal, ms: number): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    if (errnoOf(error) !== "ABORT_ERR") throw error;
  }
}
