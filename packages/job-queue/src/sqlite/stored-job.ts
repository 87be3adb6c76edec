import type { JobRow } from "../job-row.js";
import type { LeaseClock } from "./lease-clock.js";

/** A row of the table `jobs`. */
export interface StoredJob extends Omit<JobRow, "lease_expires_at" | "cancel_requested"> {
  readonly cancel_requested: 0 | 1;
  readonly losses: number;
  readonly lease_token: string | null;
  readonly lease_epoch: string | null;
  readonly lease_expires_ms: number | null;
}

/** @param wallMs what the wall clock shows now: leases are kept on another one. */
export function jobRowOfStored(stored: StoredJob, lease: LeaseClock, wallMs: number): JobRow {
  const { losses: _losses, lease_token: _token, lease_epoch, lease_expires_ms, ...row } = stored;
  const leftMs = lease_epoch === lease.epoch ? (lease_expires_ms ?? 0) - lease.nowMs() : 0;
  return {
    ...row,
    lease_expires_at: lease_expires_ms === null ? null : momentOf(wallMs + leftMs),
    cancel_requested: row.cancel_requested === 1,
  };
}

export function momentOf(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
