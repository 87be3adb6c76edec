import { readFileSync } from "node:fs";
import type { Clock } from "@spawn/foundation";

/**
 * What leases are measured with. All processes that share a SQLite file in WAL mode are on one machine, so this is its
 * boot clock: a step of the wall clock ends no lease, and a reboot, which is another epoch, ends all of them.
 */
export interface LeaseClock {
  /** Readings of different epochs cannot be compared. */
  readonly epoch: string;
  nowMs(): number;
}

/** Where there is no boot id, as on macOS, processes have no boot clock in common, and the wall clock has to do. */
export function leaseClock(clock: Clock, bootId: string | undefined = readBootId()): LeaseClock {
  if (bootId === undefined) return { epoch: "wall", nowMs: () => Math.round(clock.wallMs()) };
  return { epoch: bootId, nowMs: () => Math.round(clock.bootMs()) };
}

function readBootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined;
  }
}
