import type { AgentParts } from "./agent-parts.js";

/** Below the unit's `TimeoutStopSec`: the agent says what it leaves undone, and is not killed over it. */
export const LEAVE_WITHIN_MS = 110_000;

/**
 * Resolves when an agent that was told to end has to be gone, whatever it is still at: a machine that shuts down waits for it,
 * and neither drain nor store may hold it beyond the deadline. Never, once `over` is aborted before.
 */
export function leaveInTime(
  { signal, clock, deadline, log }: Pick<AgentParts, "signal" | "clock" | "deadline" | "log">,
  over: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const told = (): void => {
      if (over.aborted) return;
      const leftMs = Math.max(0, Math.min(LEAVE_WITHIN_MS, deadline.leftMs()));
      const disarm = clock.wakeAt(clock.bootMs() + leftMs, () => {
        log.warn("told to end, and out of time: what is not stored yet is not stored");
        resolve();
      });
      over.addEventListener("abort", disarm, { once: true });
    };
    if (signal.aborted) told();
    else signal.addEventListener("abort", told, { once: true });
  });
}
