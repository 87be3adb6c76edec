import { SpawnError } from "@spawn/foundation";
import type { AbortReason, AttemptOutcome } from "./attempt-outcome.js";
import type { Job, JobStatus, RunningJob } from "./job.js";
import type { JobLogRow, LogLevel } from "./job-log.js";
import { jobOf } from "./job-row.js";
import { type JobStats, jobStatsOf } from "./job-stats.js";
import type { JobChange, JobStore, Lease, Settlement } from "./job-store.js";
import { checkNewJob, type NewJob } from "./new-job.js";
import { DEFAULT_RETRY_DELAY, type RetryDelay, retryDelayMs } from "./retry-delay.js";

/** How long a dead worker's job waits until it is pending again. Renewed three times as often. */
export const DEFAULT_LEASE_MS = 30_000;

const DEFAULT_LIST_LIMIT = 100;
const MAX_ERROR_MESSAGE = 16_384;
const MAX_LOG_MESSAGE_BYTES = 2 ** 20;

export interface JobManagerOptions {
  readonly store: JobStore;
  /** 30 s when absent. */
  readonly leaseMs?: number;
  /** 60 s, then twice that, and so on, at most 1 h, when absent. */
  readonly retryDelay?: RetryDelay;
}

/** A job that this manager has claimed. The claim is renewed until `updateJobStatus` or `endAttempt` ends it. */
export interface ClaimedJob extends RunningJob {
  /** Aborted, with an `AbortReason`, when the job is to be cancelled or the claim has been lost. */
  readonly signal: AbortSignal;
  readonly lease: Lease;
}

export type Claimed =
  | { readonly kind: "claimed"; readonly job: ClaimedJob }
  | { readonly kind: "nothing"; readonly dueInMs?: number };

interface Held {
  readonly job: ClaimedJob;
  readonly stopKeeping: () => void;
}

/** Submits, looks at, claims and changes jobs. Unknown jobs are a `SpawnError` `job-not-found` everywhere. */
export class JobManager {
  readonly store: JobStore;
  readonly #leaseMs: number;
  readonly #retryDelay: RetryDelay;
  /** By the lease's token: a job that was lost may have been claimed here once more. */
  readonly #held = new Map<string, Held>();

  constructor({ store, leaseMs = DEFAULT_LEASE_MS, retryDelay = DEFAULT_RETRY_DELAY }: JobManagerOptions) {
    this.store = store;
    this.#leaseMs = leaseMs;
    this.#retryDelay = retryDelay;
  }

  /**
   * @returns the job's id. By then the job is kept as safely as the store keeps anything.
   * @throws SpawnError `bad-arguments`
   */
  async submitJob(job: NewJob): Promise<number> {
    return this.store.insertJob(checkNewJob(job));
  }

  async getJob(jobId: number): Promise<Job> {
    const row = isId(jobId) ? await this.store.findJob(jobId) : undefined;
    if (row === undefined) throw unknownJob(jobId);
    return jobOf(row);
  }

  /** Newest first, at most 100 unless `limit` says otherwise. `beforeJobId` reads on. */
  async listJobs(
    query: { status?: JobStatus; jobType?: string; beforeJobId?: number; limit?: number } = {},
  ): Promise<readonly Job[]> {
    const { limit = DEFAULT_LIST_LIMIT, ...rest } = query;
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new SpawnError("bad-arguments", `limit ${limit} is not a whole number from 1 up`);
    }
    return (await this.store.listJobs({ ...rest, limit })).map(jobOf);
  }

  /** Claims the next job. `needs`: what the worker can do (`jobNeeds`); any job when absent. */
  async claimJob(
    workerId: string,
    options: { needs?: readonly string[] } = {},
  ): Promise<ClaimedJob | undefined> {
    const claimed = await this.claimNext(workerId, options);
    return claimed.kind === "claimed" ? claimed.job : undefined;
  }

  /** As `claimJob`; when there is nothing, it tells when there will be. */
  async claimNext(workerId: string, { needs }: { needs?: readonly string[] } = {}): Promise<Claimed> {
    if (workerId === "") throw new SpawnError("bad-arguments", "a worker id cannot be empty");
    const leaseMs = this.#leaseMs;
    const result = await this.store.claimJob({
      workerId,
      leaseMs,
      ...(needs === undefined ? {} : { needs }),
    });
    if (result.kind === "nothing") return result;
    const job = jobOf(result.row);
    if (job.status !== "running") throw new Error(`job ${job.jobId} was claimed and is ${job.status}`);
    return { kind: "claimed", job: this.#hold(job, result.lease) };
  }

  /**
   * Sets a job's status. A job that this manager has claimed can be set to `completed`, `failed` (finally; `retryJob`
   * makes it pending again), `cancelled`, or back to `pending`. Of a job that somebody else runs, only `pending` (it is
   * taken from its worker) and `cancelled` (as `cancelJob`) can be set.
   *
   * @throws SpawnError `wrong-job-state`; `lease-lost` when the claim was lost meanwhile.
   */
  async updateJobStatus(
    jobId: number,
    status: Exclude<JobStatus, "running">,
    { errorMessage }: { readonly errorMessage?: string } = {},
  ): Promise<void> {
    const held = this.#heldJob(jobId);
    if (held !== undefined) {
      if (await this.endAttempt(held, outcomeOf(status, errorMessage))) return;
      throw new SpawnError(
        "lease-lost",
        `job ${jobId} was taken from this worker; ${status} was not recorded`,
        {
          hint: "The job has been given to another worker, or has been cancelled or retried by hand.",
        },
      );
    }
    if (status === "cancelled") {
      await this.cancelJob(jobId);
      return;
    }
    if (status === "pending") {
      await this.#changed(jobId, await this.store.takeBackJob(jobId), "only a running job can be taken back");
      return;
    }
    const job = await this.getJob(jobId);
    throw new SpawnError(
      "wrong-job-state",
      `job ${jobId} is ${job.status} and not claimed here: only the worker that runs it can say that it is ${status}`,
    );
  }

  /**
   * Ends an attempt at a job that this manager has claimed, and decides about its retry in the same step.
   *
   * @returns whether it was recorded; `false`: the claim was lost.
   * @throws what the store throws; the claim is then kept, and this may be called again.
   */
  async endAttempt(job: ClaimedJob, outcome: AttemptOutcome): Promise<boolean> {
    const recorded = await this.store.settleJob(job.lease, this.#settlementOf(job, outcome));
    this.#held.get(job.lease.token)?.stopKeeping();
    this.#held.delete(job.lease.token);
    return recorded;
  }

  /**
   * Makes a failed or cancelled job pending again at once. After a failure this uses up a retry; a job without any left
   * is given one more.
   *
   * @throws SpawnError `wrong-job-state`
   */
  async retryJob(jobId: number): Promise<Job> {
    const change = isId(jobId) ? await this.store.retryJob(jobId) : undefined;
    return this.#changed(jobId, change, "only a failed or cancelled job can be retried");
  }

  /**
   * Cancels a pending job at once. A running one is still `running` in what is returned: its worker is told within a few
   * seconds, and ends it.
   *
   * @throws SpawnError `wrong-job-state`
   */
  async cancelJob(jobId: number): Promise<Job> {
    const change = isId(jobId) ? await this.store.cancelJob(jobId) : undefined;
    return this.#changed(jobId, change, "only a pending or running job can be cancelled");
  }

  /** @returns the message's id; `undefined` when this manager had claimed the job and has lost it. */
  async logJobMessage(jobId: number, level: LogLevel, message: string): Promise<number | undefined> {
    const held = this.#heldJob(jobId);
    if (held !== undefined) return this.logAttempt(held, level, message);
    const logId = await this.store.appendLog({ jobId, level, message: checkMessage(jobId, message) });
    if (logId === undefined) throw unknownJob(jobId);
    return logId;
  }

  /** As `logJobMessage`, for the claim that `job` stands for, and for no other. */
  async logAttempt(
    { jobId, lease }: ClaimedJob,
    level: LogLevel,
    message: string,
  ): Promise<number | undefined> {
    return this.store.appendLog({ jobId, level, message: checkMessage(jobId, message), lease });
  }

  /** Oldest first; all of them unless `limit` says otherwise. `afterLogId` reads on. */
  async getJobLogs(
    jobId: number,
    { afterLogId = 0, limit = Number.MAX_SAFE_INTEGER }: { afterLogId?: number; limit?: number } = {},
  ): Promise<readonly JobLogRow[]> {
    const rows = await this.store.listLogs(jobId, { afterLogId, limit });
    if (rows.length === 0) await this.getJob(jobId);
    return rows;
  }

  async stats(): Promise<JobStats> {
    return jobStatsOf(await this.store.countJobs(), await this.store.listWorkers());
  }

  /** Makes the jobs of dead workers pending again; every claim does so too. @returns how many there were. */
  async recoverJobs(): Promise<number> {
    return this.store.recoverJobs();
  }

  /** Removes jobs that have been final for longer than that, with their messages. @returns how many. */
  async pruneJobs({ finalForMs }: { readonly finalForMs: number }): Promise<number> {
    if (!(finalForMs >= 0)) throw new SpawnError("bad-arguments", `${finalForMs} ms is not a duration`);
    return this.store.pruneJobs(finalForMs);
  }

  #hold(running: RunningJob, lease: Lease): ClaimedJob {
    const controller = new AbortController();
    const abort = (reason: AbortReason): void => controller.abort(reason);
    const job = { ...running, lease, signal: controller.signal };
    const stopKeeping = this.store.keepLease(lease, this.#leaseMs, {
      onCancelRequested: () => abort({ kind: "cancel-requested" }),
      onLost: () => abort({ kind: "lease-lost" }),
    });
    this.#held.set(lease.token, { job, stopKeeping });
    return job;
  }

  /** The latest claim of the job, of those made here. */
  #heldJob(jobId: number): ClaimedJob | undefined {
    return [...this.#held.values()].findLast(({ job }) => job.jobId === jobId)?.job;
  }

  #settlementOf(job: RunningJob, outcome: AttemptOutcome): Settlement {
    if (outcome.kind !== "failed") return outcome;
    const errorMessage = shorten(outcome.errorMessage);
    if (outcome.retry === false || job.retryCount >= job.maxRetries) return { kind: "failed", errorMessage };
    return { kind: "retrying", errorMessage, delayMs: retryDelayMs(this.#retryDelay, job.retryCount) };
  }

  #changed(jobId: number, change: JobChange | undefined, rule: string): Job {
    if (change === undefined || change.kind === "unknown") throw unknownJob(jobId);
    if (change.kind === "refused") {
      throw new SpawnError("wrong-job-state", `job ${jobId} is ${change.row.status}: ${rule}`);
    }
    return jobOf(change.row);
  }
}

function outcomeOf(status: Exclude<JobStatus, "running">, errorMessage: string | undefined): AttemptOutcome {
  switch (status) {
    case "pending":
      return { kind: "released" };
    case "completed":
      return { kind: "completed" };
    case "failed":
      return { kind: "failed", errorMessage: errorMessage ?? "failed, no message was given", retry: false };
    case "cancelled":
      return { kind: "cancelled", ...(errorMessage === undefined ? {} : { errorMessage }) };
  }
}

function checkMessage(jobId: number, message: string): string {
  if (Buffer.byteLength(message) <= MAX_LOG_MESSAGE_BYTES) return message;
  throw new SpawnError("bad-arguments", `a message of job ${jobId} is larger than 1 MiB`);
}

function shorten(message: string): string {
  return message.length <= MAX_ERROR_MESSAGE ? message : `${message.slice(0, MAX_ERROR_MESSAGE)}…`;
}

function isId(jobId: number): boolean {
  return Number.isSafeInteger(jobId) && jobId > 0;
}

function unknownJob(jobId: number): SpawnError {
  return new SpawnError("job-not-found", `there is no job ${jobId}`, {
    hint: "List the jobs that there are.",
  });
}
