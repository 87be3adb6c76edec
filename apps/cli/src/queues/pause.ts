import { setTimeout as wait } from "node:timers/promises";
import { errnoOf } from "@spawn/foundation";

/** Waits so many milliseconds. @returns false when the signal came. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await wait(ms, undefined, signal === undefined ? {} : { signal });
    return true;
  } catch (error) {
    if (errnoOf(error) === "ABORT_ERR") return false;
    throw error;
  }
}
