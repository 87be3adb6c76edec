import type { Clock } from "@spawn/foundation";
import type { Lease, LeaseListener, LeaseState } from "./job-store.js";

/** How soon a wish to cancel is seen. */
const LONGEST_INTERVAL_MS = 1_000;

export interface TimerLeaseKeeping {
  readonly clock: Clock;
  readonly lease: Lease;
  readonly leaseMs: number;
  readonly listener: LeaseListener;
  renew(lease: Lease, leaseMs: number): Promise<LeaseState>;
}

/**
 * Keeps a lease with a timer of this thread. It cannot renew while the thread is busy; it is for stores whose renewals go
 * another way, and for clocks that only this thread knows.
 *
 * @returns ends it.
 */
export function keepLeaseByTimer({ clock, lease, leaseMs, listener, renew }: TimerLeaseKeeping): () => void {
  const intervalMs = Math.min(LONGEST_INTERVAL_MS, leaseMs / 3);
  let over = false;
  let told = false;
  let disarm = (): void => {};
  const arm = (): void => {
    disarm = clock.wakeAt(clock.bootMs() + intervalMs, look);
  };
  const look = (): void => {
    renew(lease, leaseMs).then(hear, () => {
      // The store is away: the lease holds until it ends, and the next renewal may succeed.
      if (!over) arm();
    });
  };
  const hear = (state: LeaseState): void => {
    if (over) return;
    if (state === "lost") {
      over = true;
      listener.onLost();
      return;
    }
    if (state === "cancel-requested" && !told) {
      told = true;
      listener.onCancelRequested();
    }
    arm();
  };
  arm();
  return () => {
    over = true;
    disarm();
  };
}
