import type { JobRow } from "../job-row.js";
import type { ClaimResult, JobStore, Lease, NewJobRow } from "../job-store.js";

/** Of the contract's claims; a store that cannot be told the time has to wait for it. */
export const LEASE_MS = 600;

export function newJob(changes: Partial<NewJobRow> = {}): NewJobRow {
  return {
    job_type: "training",
    config: '{"epochs":10}',
    priority: 5,
    max_retries: 3,
    needs: "type:training",
    ...changes,
  };
}

export interface ClaimedRow {
  readonly row: JobRow;
  readonly lease: Lease;
}

export function claim(
  store: JobStore,
  workerId = "worker-01",
  needs?: readonly string[],
): Promise<ClaimResult> {
  return store.claimJob({ workerId, leaseMs: LEASE_MS, ...(needs === undefined ? {} : { needs }) });
}

/** Claims a job that has to be there. */
export async function claimed(
  store: JobStore,
  workerId?: string,
  needs?: readonly string[],
): Promise<ClaimedRow> {
  const result = await claim(store, workerId, needs);
  if (result.kind === "nothing") throw new Error("there is nothing to claim");
  return result;
}

/** Puts a job in and claims it. */
export async function running(store: JobStore, changes: Partial<NewJobRow> = {}): Promise<ClaimedRow> {
  const jobId = await store.insertJob(newJob(changes));
  const found = await claimed(store);
  if (found.row.job_id !== jobId) throw new Error(`job ${found.row.job_id} was claimed instead of ${jobId}`);
  return found;
}
