import { formatDuration } from "@spawn/foundation";
import type { QueueStatus } from "../status/queue-status.js";
import type { WallTime } from "../status/wall-time.js";

/** That an instance stays, and costs, though its queue is over. */
export interface KeptNotice {
  readonly lines: readonly string[];
  /** What a person can do about it. */
  readonly hints: readonly { readonly text: string; readonly command: string }[];
}

/**
 * @param ref what later commands call the queue by
 * @param wallMs the reader's wall clock, ms since the Unix epoch, where it is known
 */
export function keptNotice(
  status: QueueStatus,
  time: WallTime,
  { ref = status.queue_id, wallMs }: { readonly ref?: string; readonly wallMs?: number },
): KeptNotice | undefined {
  const { kept_until, kept_as, hourly_price } = status;
  if (kept_until === undefined) return undefined;
  const untilMs = Date.parse(kept_until);
  const left = wallMs === undefined ? "" : ` (${formatDuration(Math.max(0, untilMs - wallMs))} left)`;
  const until = time.shown(untilMs);
  const end = { text: "End it now", command: `spawn terminate ${ref}` };
  if (kept_as === "stopped") {
    const lines = ["Its instance is stopped, not gone: its disk costs", `until soon after ${until}${left}`];
    return { lines, hints: [end] };
  }
  // The price as it is: rounded, it could not be checked.
  const price = hourly_price === undefined ? "" : ` $${Number(hourly_price.toFixed(6))}/hour`;
  return {
    lines: [
      `Its instance still runs, to be looked at, and costs${price}`,
      `until ${until} at the latest${left}`,
    ],
    hints: [{ text: "Look at it", command: `spawn connect ${ref}` }, end],
  };
}
