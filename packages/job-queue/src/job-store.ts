import type { JobStatus } from "./job.js";
import type { JobLogRow, LogLevel } from "./job-log.js";
import type { JobRow } from "./job-row.js";

/** One claim of one job. Whoever has it may write the job; when it is lost, every write with it is refused. */
export interface Lease {
  readonly jobId: number;
  /** Of this claim alone; never used again. */
  readonly token: string;
}

/** A job as it is handed to a store; it has been checked. */
export type NewJobRow = Pick<JobRow, "job_type" | "config" | "priority" | "max_retries" | "needs">;

export interface JobQuery {
  readonly status?: JobStatus;
  readonly jobType?: string;
  /** Only jobs with a smaller id: how to read on. */
  readonly beforeJobId?: number;
  readonly limit: number;
}

export interface ClaimRequest {
  readonly workerId: string;
  /** What this worker can do. Absent: it takes any job. */
  readonly needs?: readonly string[];
  /** How long the claim holds unless it is renewed. */
  readonly leaseMs: number;
}

export type ClaimResult =
  | { readonly kind: "claimed"; readonly row: JobRow; readonly lease: Lease }
  | {
      readonly kind: "nothing";
      /** When, by what the store knows now, there is something again: a retry's wait or a lost worker's lease ends. */
      readonly dueInMs?: number;
    };

export type LeaseState = "held" | "cancel-requested" | "lost";

/** How a claim ends. `released` hands the job back: it is pending again, and has used no retry. */
export type Settlement =
  | { readonly kind: "completed" }
  | { readonly kind: "failed"; readonly errorMessage: string }
  | { readonly kind: "retrying"; readonly errorMessage: string; readonly delayMs: number }
  | { readonly kind: "cancelled"; readonly errorMessage?: string }
  | { readonly kind: "released" };

export interface LeaseListener {
  /** At most once. The lease still holds. */
  onCancelRequested(): void;
  /** At most once, and nothing comes after it. */
  onLost(): void;
}

/** What became of a change by somebody who has no claim. `refused`: the job is not in a state that allows it. */
export type JobChange =
  | { readonly kind: "changed"; readonly row: JobRow }
  | { readonly kind: "refused"; readonly row: JobRow }
  | { readonly kind: "unknown" };

export interface NewJobLog {
  readonly jobId: number;
  readonly level: LogLevel;
  readonly message: string;
  /** The claim under which it is written; without one, anybody may write. */
  readonly lease?: Lease;
}

export interface JobCounts {
  readonly byStatus: Readonly<Record<JobStatus, number>>;
  /** Pending jobs, waiting retries included, by what they need; by name. */
  readonly pendingByNeeds: readonly { readonly needs: string; readonly jobs: number }[];
}

/** A worker that has reported itself, and whose report or claim still holds. */
export interface WorkerRow {
  readonly worker_id: string;
  /** `null`: it takes any job. */
  readonly needs: readonly string[] | null;
}

/**
 * Where jobs are kept. It stamps all moments from its own clock, and it makes every change whole or not at all.
 *
 * A job is claimed by one worker at a time. Among those that can be claimed the highest priority goes first, then the
 * smallest id. A running job whose lease has run out is `pending` again at the latest at the next claim that could take
 * it; that uses up no retry. When its worker was lost three times in a row (no attempt having ended by itself in
 * between), it is `failed`; when it was to be cancelled, it is `cancelled`.
 *
 * All methods reject with a `SpawnError` where the user can do something about it: `permission-denied`, `no-space`,
 * `database-busy`, `database-damaged`.
 */
export interface JobStore {
  /** @returns the new job's id, larger than that of any job before. */
  insertJob(job: NewJobRow): Promise<number>;
  findJob(jobId: number): Promise<JobRow | undefined>;
  /** Newest first. */
  listJobs(query: JobQuery): Promise<readonly JobRow[]>;
  countJobs(): Promise<JobCounts>;

  claimJob(request: ClaimRequest): Promise<ClaimResult>;
  /** Makes the lease hold for `leaseMs` from now on. */
  renewLease(lease: Lease, leaseMs: number): Promise<LeaseState>;
  /**
   * Renews the lease well before it ends, again and again, also while this thread is busy, until the returned function is
   * called. It tells within about a second of a wish to cancel, and as soon as it finds out that the lease is lost.
   */
  keepLease(lease: Lease, leaseMs: number, listener: LeaseListener): () => void;
  /**
   * Ends a claim. A `retrying` or `released` job whose cancelling was asked for is `cancelled`, and a `retrying` one has
   * used one more retry.
   *
   * @returns whether it was done; `false`: the lease had been lost, and nothing has changed.
   */
  settleJob(lease: Lease, settlement: Settlement): Promise<boolean>;

  /** A pending job is cancelled at once. A running one is marked, and its worker told; doing so twice is harmless. */
  cancelJob(jobId: number): Promise<JobChange>;
  /**
   * Makes a failed or cancelled job pending again, without a wait. After a failure this uses up a retry; a job that has
   * none left is given one more.
   */
  retryJob(jobId: number): Promise<JobChange>;
  /** Takes a running job from its worker: its lease is lost, and it is pending again. */
  takeBackJob(jobId: number): Promise<JobChange>;
  /** Does for all jobs whose lease has run out what a claim does on its way. @returns how many there were. */
  recoverJobs(): Promise<number>;
  /** Removes the jobs that have been final for longer, with their messages. @returns how many. */
  pruneJobs(finalForMs: number): Promise<number>;

  /** @returns the message's id; `undefined` when there is no such job, or the lease has been lost. */
  appendLog(log: NewJobLog): Promise<number | undefined>;
  /** Oldest first. */
  listLogs(jobId: number, query: { afterLogId: number; limit: number }): Promise<readonly JobLogRow[]>;

  /** Lets the worker count as there for `forMs` from now on. */
  reportWorker(worker: WorkerRow, forMs: number): Promise<void>;
  forgetWorker(workerId: string): Promise<void>;
  listWorkers(): Promise<readonly WorkerRow[]>;

  /**
   * Calls `onChange` within some milliseconds whenever there may be something new to claim or to read, whoever made it;
   * now and then without cause. @returns ends it.
   */
  watch(onChange: () => void): () => void;
  /** Ends all that this store does. What was claimed through it stays claimed until the leases run out. */
  close(): Promise<void>;
}
