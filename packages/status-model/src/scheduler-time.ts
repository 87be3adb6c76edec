/** A moment of which both the scheduler's time and the machine's clocks are known. */
export interface TimeAnchor {
  /** Scheduler time, in milliseconds. */
  readonly t: number;
  /** Wall clock, Unix epoch in milliseconds. */
  readonly at: number;
  /** Boot clock of the boot `bootId`, in milliseconds. */
  readonly bootMs: number;
  readonly bootId: string;
}

/**
 * Scheduler time of the present moment. Within the anchor's boot it follows the boot clock, so that setting the wall
 * clock changes nothing; on another boot only the wall clock is left to bridge the gap, and it never leads back.
 */
export function schedulerTimeAt(
  anchor: TimeAnchor,
  now: { readonly at: number; readonly bootMs: number; readonly bootId: string },
): number {
  const passed = anchor.bootId === now.bootId ? now.bootMs - anchor.bootMs : now.at - anchor.at;
  return Math.round(anchor.t + Math.max(0, passed));
}
