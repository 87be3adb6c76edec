import type { JobStatus } from "../../job.js";
import type { JobRow } from "../../job-row.js";
import type { LeaseState, NewJobRow, Settlement } from "../../job-store.js";
import { LEASE_MS } from "../contract-helpers.js";

interface ModelJob {
  readonly priority: number;
  readonly needs: string;
  status: JobStatus;
  retryCount: number;
  maxRetries: number;
  losses: number;
  cancelRequested: boolean;
  /** A retry waits until then. */
  notBefore: number;
  /** Which claim has it, and until when. */
  claim: number | undefined;
  leaseEnd: number;
}

/** What of a job's row the model knows. */
export type ModelRow = Pick<
  JobRow,
  "status" | "retry_count" | "max_retries" | "cancel_requested" | "needs" | "priority"
>;

/** A job store said simply: all jobs in memory, one loop over them for everything. */
export class StoreModel {
  readonly jobs: ModelJob[] = [];
  #now = 0;
  #claims = 0;

  insert({ priority, needs, max_retries }: NewJobRow): void {
    this.jobs.push({
      priority,
      needs,
      status: "pending",
      retryCount: 0,
      maxRetries: max_retries,
      losses: 0,
      cancelRequested: false,
      notBefore: 0,
      claim: undefined,
      leaseEnd: 0,
    });
  }

  /** Time passes, and what has run out by then is taken back. */
  elapse(ms: number): void {
    this.#now += ms;
    for (const job of this.jobs) if (job.status === "running" && job.leaseEnd <= this.#now) this.#lose(job);
  }

  /** @returns the position of the job that has to be claimed next, and the number of its claim. */
  claim(needs: readonly string[] | undefined): { readonly job: number; readonly claim: number } | undefined {
    let best: ModelJob | undefined;
    for (const job of this.jobs) {
      if (job.status !== "pending" || job.notBefore > this.#now || needs?.includes(job.needs) === false)
        continue;
      if (best === undefined || job.priority > best.priority) best = job;
    }
    if (best === undefined) return undefined;
    this.#claims += 1;
    Object.assign(best, {
      status: "running",
      claim: this.#claims,
      leaseEnd: this.#now + LEASE_MS,
      notBefore: 0,
    });
    return { job: this.jobs.indexOf(best), claim: this.#claims };
  }

  renew(claim: number): LeaseState {
    const job = this.#heldBy(claim);
    if (job === undefined) return "lost";
    job.leaseEnd = this.#now + LEASE_MS;
    return job.cancelRequested ? "cancel-requested" : "held";
  }

  settle(claim: number, settlement: Settlement): boolean {
    const job = this.#heldBy(claim);
    if (job === undefined) return false;
    const again = settlement.kind === "retrying" || settlement.kind === "released";
    if (!again || job.cancelRequested) {
      this.#end(job, again || settlement.kind === "cancelled" ? "cancelled" : settlement.kind);
      return true;
    }
    if (settlement.kind === "retrying") {
      job.retryCount += 1;
      job.notBefore = this.#now + settlement.delayMs;
    }
    job.losses = 0;
    this.#free(job, "pending");
    return true;
  }

  /** @returns whether the job's state allows it. */
  cancel(job: ModelJob): boolean {
    if (job.status === "pending") this.#end(job, "cancelled");
    else if (job.status === "running") job.cancelRequested = true;
    else return false;
    return true;
  }

  retry(job: ModelJob): boolean {
    if (job.status !== "failed" && job.status !== "cancelled") return false;
    if (job.status === "failed") {
      job.retryCount += 1;
      job.maxRetries = Math.max(job.maxRetries, job.retryCount);
    }
    this.#end(job, "pending");
    return true;
  }

  takeBack(job: ModelJob): boolean {
    if (job.status !== "running") return false;
    this.#end(job, "pending");
    return true;
  }

  rows(): readonly ModelRow[] {
    return this.jobs.map((job) => ({
      status: job.status,
      retry_count: job.retryCount,
      max_retries: job.maxRetries,
      cancel_requested: job.cancelRequested,
      needs: job.needs,
      priority: job.priority,
    }));
  }

  #heldBy(claim: number): ModelJob | undefined {
    return this.jobs.find((job) => job.claim === claim);
  }

  #lose(job: ModelJob): void {
    job.losses += 1;
    if (job.cancelRequested) this.#end(job, "cancelled");
    else if (job.losses === 3) this.#end(job, "failed");
    else this.#free(job, "pending");
  }

  #end(job: ModelJob, status: Exclude<JobStatus, "running">): void {
    job.losses = 0;
    job.cancelRequested = false;
    job.notBefore = 0;
    this.#free(job, status);
  }

  #free(job: ModelJob, status: JobStatus): void {
    job.status = status;
    job.claim = undefined;
  }
}
