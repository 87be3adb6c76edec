import type { AttemptLayout } from "@spawn/attempt-runner";
import type { JobSpec } from "@spawn/config-schema";
import { createJobUploader, type JobUploader, type ResultStore } from "@spawn/result-store";
import PQueue from "p-queue";
import type { LogDesk } from "./log-desk.js";

/** How many uploads run at once. */
const CONCURRENCY = 4;
/** A failed upload is tried again after these waits; then the store is said to have failed. */
const RETRY_WAITS_MS = [200, 1000, 3000];

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
  readonly logs: LogDesk;
  readonly onStored: (job: string, attempt: number, stored: { files: number; bytes: number }) => void;
  readonly onWarning: (job: string, message: string) => void;
  readonly wait: (ms: number) => Promise<void>;
}

/** Brings logs and results of all jobs into the store: per job one thing after the other, jobs side by side. */
export class UploadDesk {
  readonly #options: UploadDeskOptions;
  readonly #queue = new PQueue({ concurrency: CONCURRENCY });
  readonly #uploaders = new Map<string, JobUploader>();
  readonly #chains = new Map<string, Promise<void>>();
  /** Ended attempts whose logs the store would not take. */
  readonly #left = new Map<string, FinishedAttempt[]>();
  /** Why a job's things are not all up. */
  readonly #failures = new Map<string, unknown>();

  constructor(options: UploadDeskOptions) {
    this.#options = options;
  }

  /** What a running job has written so far: logs, and result files that lie still. */
  sync(job: JobSpec, attempt: number): void {
    if (this.#chains.has(job.id)) return;
    this.#enqueue(job.id, async () => {
      try {
        const uploader = this.#uploader(job);
        await uploader.syncLogs({ attempt, ...this.#logsOf(job.id, attempt) });
        await uploader.syncResults();
      } catch {
        // Provisional: the next look or the final upload brings it, and the latter speaks up when it cannot.
      }
    });
  }

  attemptEnded(job: JobSpec, ended: FinishedAttempt): void {
    this.#enqueue(job.id, async () => {
      try {
        await this.#retrying(() => this.#options.logs.finish(job.id, ended.attempt));
        await this.#retrying(() => this.#storeAttempt(job, ended));
      } catch (error) {
        this.#left.set(job.id, [...(this.#left.get(job.id) ?? []), ended]);
        throw error;
      }
    });
  }

  async #storeAttempt(job: JobSpec, { attempt, exitCode }: FinishedAttempt): Promise<void> {
    const { stdout, stderr } = this.#logsOf(job.id, attempt);
    await this.#uploader(job).finishAttempt({ attempt, stdout, stderr, exitCode });
  }

  /** Nothing vouches for a job before all of its attempts are up. */
  async #storeLeftAttempts(job: JobSpec): Promise<void> {
    for (const ended of this.#left.get(job.id) ?? []) {
      await this.#options.logs.finish(job.id, ended.attempt);
      await this.#storeAttempt(job, ended);
    }
    this.#left.delete(job.id);
  }

  jobEnded(job: JobSpec, ended: FinishedJob): void {
    this.#enqueue(job.id, async () => {
      await this.#retrying(() => this.#storeLeftAttempts(job));
      const stored = await this.#retrying(() =>
        this.#uploader(job).finish({
          attempt: ended.attempt,
          exitCode: ended.exitCode,
          merged: this.#options.mergedLogPath(job.id),
          metadata: ended.metadata,
        }),
      );
      for (const warning of stored.warnings) this.#options.onWarning(job.id, warning);
      this.#options.onStored(job.id, ended.attempt, stored);
      this.#failures.delete(job.id);
      this.#uploaders.delete(job.id);
      this.#options.logs.forget(job.id);
    });
  }

  /** Resolves once all is up. Rejects with a failure that trying again did not mend. */
  async idle(): Promise<void> {
    while (this.#chains.size > 0) await Promise.all(this.#chains.values());
    for (const failure of this.#failures.values()) throw failure;
  }

  #enqueue(job: string, task: () => Promise<void>): void {
    const before = this.#chains.get(job) ?? Promise.resolve();
    const chain = before
      .then(() => this.#queue.add(task))
      .catch((error: unknown) => {
        this.#failures.set(job, error);
      });
    const settled = chain.then(() => {
      if (this.#chains.get(job) === settled) this.#chains.delete(job);
    });
    this.#chains.set(job, settled);
  }

  async #retrying<T>(task: () => Promise<T>): Promise<T> {
    for (const waitMs of RETRY_WAITS_MS) {
      try {
        return await task();
      } catch {
        // A full disk may be freed, a network may heal: the last try's error is the one that counts.
        await this.#options.wait(waitMs);
      }
    }
    return await task();
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
