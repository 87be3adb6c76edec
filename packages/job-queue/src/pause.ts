import type { Clock } from "@spawn/foundation";

/** Waits that long, or until the signal is aborted. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      disarm();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const disarm = clock.wakeAt(clock.bootMs() + ms, end);
    signal.addEventListener("abort", end, { once: true });
  });
}
