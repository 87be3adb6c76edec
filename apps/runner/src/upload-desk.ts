import type { AttemptLayout, LogStarts } from "@spawn/attempt-runner";
import type { JobSpec } from "@spawn/config-schema";
import {
  createJobUploader,
  type JobUploader,
  type ResultStore,
  type UploadSummary,
} from "@spawn/result-store";
import PQueue from "p-queue";
import type { LogDesk } from "./log-desk.js";
import { OpenUploads, type UnstoredJob } from "./open-uploads.js";

/** How many uploads run at once. */
const CONCURRENCY = 4;
/** A failed upload is tried again after these waits, the last of them again and again where nothing else is left to do. */
const RETRY_WAITS_MS = [200, 1000, 3000, 10_000, 30_000];
/** After this many tries a store is said to fail, and an attempt's logs are left to the end of its job. */
const QUICK_TRIES = 4;
/** Of a job that was tried more often, the latest attempts can be told apart in the stored merged log. */
const STARTS_KEPT = 100;

export interface FinishedAttempt {
  readonly attempt: number;
  readonly exitCode: number | undefined;
}

export interface FinishedJob extends FinishedAttempt {
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface UploadDeskOptions {
  readonly store: ResultStore;
  readonly queueId: string;
  readonly workingDirectoryOf: (job: JobSpec) => string;
  readonly attemptFiles: (job: string, attempt: number) => AttemptLayout;
  readonly mergedLogPath: (job: string) => string;
  readonly mergedLogStarts: (job: string) => LogStarts;
  readonly logs: LogDesk;
  readonly onStored: (job: string, attempt: number, stored: { files: number; bytes: number }) => void;
  /** The store will not take a job's things, and is tried again. Told once for each reason. */
  readonly onDelayed: (delayed: UnstoredJob) => void;
  readonly onWarning: (job: string, attempt: number, message: string) => void;
  readonly wait: (ms: number) => Promise<void>;
}

/**
 * Brings logs and results of all jobs into the store: per job one thing after the other, jobs side by side. What an ended
 * job has to store is tried until it is up, or until everything is given up.
 */
export class UploadDesk {
  readonly #options: UploadDeskOptions;
  readonly #transfers = new PQueue({ concurrency: CONCURRENCY });
  /** Of running jobs, whose files what has ended must not wait for. */
  readonly #syncs = new PQueue({ concurrency: CONCURRENCY });
  /** Running jobs whose results are looked at, or about to be. */
  readonly #syncing = new Set<string>();
  readonly #uploaders = new Map<string, JobUploader>();
  readonly #chains = new Map<string, Promise<void>>();
  /** Ended attempts whose logs the store would not take. */
  readonly #left = new Map<string, FinishedAttempt[]>();
  readonly #open = new OpenUploads();
  readonly #givenUp = new AbortController();

  constructor(options: UploadDeskOptions) {
    this.#options = options;
  }

  /** What a running job has written so far: logs, and result files that lie still. */
  sync(job: JobSpec, attempt: number): void {
    if (this.#chains.has(job.id)) return;
    const uploader = this.#uploader(job);
    // Provisional: the next look or the last upload brings it, and the latter speaks up when it cannot.
    const syncLogs = () => uploader.syncLogs({ attempt, ...this.#logsOf(job.id, attempt) });
    this.#enqueue(job.id, () => this.#transfers.add(syncLogs).catch(() => undefined));
    if (job.resultFiles.length === 0 || this.#syncing.has(job.id)) return;
    this.#syncing.add(job.id);
    const syncResults = async (): Promise<void> => {
      if (this.#syncing.has(job.id)) await uploader.syncResults(attempt);
    };
    void this.#syncs
      .add(syncResults)
      .catch(() => undefined)
      .then(() => this.#syncing.delete(job.id));
  }

  attemptEnded(job: JobSpec, ended: FinishedAttempt): void {
    this.#syncing.delete(job.id);
    this.#open.begin(job.id, ended.attempt);
    this.#enqueue(job.id, async () => {
      try {
        await this.#trying(() => this.#storeAttempt(job, ended), QUICK_TRIES);
        this.#open.end(job.id);
      } catch (error) {
        this.#left.set(job.id, [...(this.#left.get(job.id) ?? []), ended]);
        this.#delayed(job.id, error);
      }
    });
  }

  /** Its last attempt has ended, and the job is not over: the queue stops. */
  jobPaused(job: JobSpec, { attempt, metadata }: Pick<FinishedJob, "attempt" | "metadata">): void {
    this.#open.begin(job.id, attempt);
    this.#enqueue(job.id, async () => {
      try {
        const store = () => this.#storeSoFar(job, attempt, metadata);
        const { warnings } = await this.#trying(store, Number.POSITIVE_INFINITY, job.id);
        for (const warning of warnings) this.#options.onWarning(job.id, attempt, warning);
        this.#open.end(job.id);
      } catch (error) {
        this.#open.fail(job.id, error);
      }
    });
  }

  jobEnded(job: JobSpec, ended: FinishedJob): void {
    this.#open.begin(job.id, ended.attempt);
    this.#enqueue(job.id, async () => {
      try {
        const stored = await this.#trying(() => this.#storeJob(job, ended), Number.POSITIVE_INFINITY, job.id);
        for (const warning of stored.warnings) this.#options.onWarning(job.id, ended.attempt, warning);
        this.#options.onStored(job.id, ended.attempt, stored);
        this.#open.endAll(job.id);
      } catch (error) {
        this.#open.fail(job.id, error);
      }
      this.#uploaders.delete(job.id);
      this.#options.logs.forget(job.id);
    });
  }

  /** Resolves once nothing is under way any more: each thing is up, or was given up. */
  async settled(): Promise<void> {
    while (this.#chains.size > 0) await Promise.all(this.#chains.values());
  }

  /** From here on nothing is waited for: what is not up is tried once more, and the rest of it is vouched for. */
  giveUp(): void {
    this.#givenUp.abort(new Error("the deadline passed"));
  }

  /** Calls `callback` once everything is given up, which it may be already. */
  onGivenUp(callback: () => void): void {
    const { signal } = this.#givenUp;
    if (signal.aborted) callback();
    else signal.addEventListener("abort", callback, { once: true });
  }

  /** Jobs of which the store has not all, or is not known to have. */
  unstored(): readonly UnstoredJob[] {
    return this.#open.all();
  }

  async #storeAttempt(job: JobSpec, { attempt, exitCode }: FinishedAttempt): Promise<void> {
    await this.#options.logs.finish(job.id, attempt);
    const { stdout, stderr } = this.#logsOf(job.id, attempt);
    await this.#uploader(job).finishAttempt({ attempt, stdout, stderr, exitCode });
  }

  async #storeJob(job: JobSpec, ended: FinishedJob): Promise<UploadSummary> {
    const deadline = this.#givenUp.signal;
    const isLastTry = deadline.aborted;
    const failure = await this.#storeLeftAttempts(job);
    // Nothing vouches for a job before all of its attempts are up, but at the very end.
    if (failure !== undefined && !isLastTry) throw failure;
    const merged = this.#options.mergedLogPath(job.id);
    const { attempt, exitCode } = ended;
    const metadata = { ...ended.metadata, ...this.#startsOf(job.id) };
    const stored = await this.#uploader(job).finish({ attempt, exitCode, merged, metadata, deadline });
    if (failure !== undefined) throw failure;
    refuseIncomplete(stored, deadline);
    return stored;
  }

  async #storeSoFar(job: JobSpec, attempt: number, known: FinishedJob["metadata"]): Promise<UploadSummary> {
    const deadline = this.#givenUp.signal;
    const failure = await this.#storeLeftAttempts(job);
    const metadata = { ...known, ...this.#startsOf(job.id) };
    const merged = this.#options.mergedLogPath(job.id);
    const stored = await this.#uploader(job).storeSoFar({ attempt, merged, metadata, deadline });
    if (failure !== undefined) throw failure;
    refuseIncomplete(stored, deadline);
    return stored;
  }

  /** @returns why one of them could not be stored */
  async #storeLeftAttempts(job: JobSpec): Promise<Error | undefined> {
    const failed: FinishedAttempt[] = [];
    let failure: Error | undefined;
    for (const ended of this.#left.get(job.id) ?? []) {
      try {
        await this.#storeAttempt(job, ended);
      } catch (error) {
        failed.push(ended);
        failure ??= error instanceof Error ? error : new Error(String(error));
      }
    }
    this.#left.set(job.id, failed);
    return failure;
  }

  #enqueue(job: string, task: () => Promise<void>): void {
    const before = this.#chains.get(job) ?? Promise.resolve();
    const settled = before.then(task).then(() => {
      if (this.#chains.get(job) === settled) this.#chains.delete(job);
    });
    this.#chains.set(job, settled);
  }

  /** Does a task until it succeeds, has failed so many times, or has failed after everything was given up. */
  async #trying<T>(task: () => Promise<T>, tries: number, toldOf?: string): Promise<T> {
    for (let tried = 1; ; tried += 1) {
      const isLast = tried === tries || this.#givenUp.signal.aborted;
      try {
        return await this.#transfers.add(task);
      } catch (error) {
        // A full disk may be freed, a network may heal.
        if (isLast) throw error;
        if (tried >= QUICK_TRIES && toldOf !== undefined) this.#delayed(toldOf, error);
        await this.#pause(RETRY_WAITS_MS[Math.min(tried, RETRY_WAITS_MS.length) - 1] ?? 0);
      }
    }
  }

  #delayed(job: string, error: unknown): void {
    const delayed = this.#open.fail(job, error);
    if (delayed !== undefined && !this.#givenUp.signal.aborted) this.#options.onDelayed(delayed);
  }

  /** Waits outside of the transfers, whose places others can use. Ends early when everything is given up. */
  #pause(ms: number): Promise<void> {
    const { signal } = this.#givenUp;
    return new Promise((resolve) => {
      const end = (): void => {
        signal.removeEventListener("abort", end);
        resolve();
      };
      if (signal.aborted) resolve();
      signal.addEventListener("abort", end);
      void this.#options.wait(ms).then(end);
    });
  }

  /** What `metadata.json` says of where attempts begin in the merged log. */
  #startsOf(job: string): { readonly merged_log_starts?: Readonly<Record<string, number>> } {
    const starts = [...this.#options.mergedLogStarts(job)].slice(-STARTS_KEPT);
    return starts.length === 0 ? {} : { merged_log_starts: Object.fromEntries(starts) };
  }

  #logsOf(job: string, attempt: number): { stdout: string; stderr: string; merged: string } {
    const { stdout, stderr } = this.#options.attemptFiles(job, attempt);
    return { stdout, stderr, merged: this.#options.mergedLogPath(job) };
  }

  #uploader(job: JobSpec): JobUploader {
    let uploader = this.#uploaders.get(job.id);
    if (uploader === undefined) {
      uploader = createJobUploader({
        store: this.#options.store,
        queueId: this.#options.queueId,
        job: job.id,
        patterns: job.resultFiles,
        workingDirectory: this.#options.workingDirectoryOf(job),
      });
      this.#uploaders.set(job.id, uploader);
    }
    return uploader;
  }
}

/** @throws Error naming what the deadline left out */
function refuseIncomplete({ missing }: UploadSummary, deadline: AbortSignal): void {
  const [first] = missing;
  if (!deadline.aborted || first === undefined) return;
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : "";
  throw new Error(`${first}${more} could not be stored before the deadline`);
}
