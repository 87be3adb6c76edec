import { type Clock, SpawnError, systemClock } from "@spawn/foundation";
import { type JobKeys, jobKeys } from "../keys.js";
import { decodeManifest, encodeManifest, type Manifest, type ManifestLog } from "../manifest.js";
import type { ResultPatterns } from "../matching/match-result-files.js";
import { encodeProvisional } from "../provisional.js";
import type { ResultStore } from "../result-store.js";
import { type AttemptLogs, type FinishedAttempt, LogUploads } from "./log-uploads.js";
import { ResultUploads, type UploadedResults } from "./result-uploads.js";
import { Turns } from "./turns.js";

const DEFAULT_CONCURRENCY = 16;
const NO_RESULTS: UploadedResults = { files: [], missing: [], warnings: [] };

export interface JobUploaderOptions extends ResultPatterns {
  readonly store: ResultStore;
  readonly queueId: string;
  readonly job: string;
  /** How many result files are on their way at once. Default 16. */
  readonly concurrency?: number;
  /** Says when a growing log goes up again. Default: the machine's. */
  readonly clock?: Clock;
}

export interface FinishedJob {
  /** The last one's number. */
  readonly attempt: number;
  /** The last attempt's; absent when it ended without one. */
  readonly exitCode?: number | undefined;
  /** Path of the merged log. */
  readonly merged: string;
  /** Stored as `metadata.json`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** When it aborts, what is not stored by then is left out, and named. */
  readonly deadline?: AbortSignal | undefined;
}

/** A job that ran, and is not over: it was stopped, or waits for its next attempt. */
export type PausedJob = Omit<FinishedJob, "exitCode">;

export interface UploadSummary {
  /** Result files in the manifest. */
  readonly files: number;
  /** Their total size. */
  readonly bytes: number;
  /** Paths of result files that are not in the manifest, although they should be. */
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Brings one job's logs and results up, while it runs and at its end. Calls may overlap: they are done one after
 * another, a sync that meets another one joins it.
 */
export interface JobUploader {
  /** Call it now and then while an attempt runs; cheap when nothing has grown. Rejects where the store fails. */
  syncLogs(logs: AttemptLogs): Promise<void>;
  /** Call it now and then: a result file goes up when two calls saw it unchanged. Rejects where the store fails. */
  syncResults(attempt: number): Promise<void>;
  /** Stores an ended attempt's logs and exit code under `attempts/<n>/`, and as the job's own. May be repeated. */
  finishAttempt(attempt: FinishedAttempt): Promise<void>;
  /**
   * Stores what there is of a job whose processes are gone, though it is not over: merged log, metadata, result files, of
   * which the smallest go first. Nothing vouches for it, so there is no manifest. Rejects as `finish`.
   */
  storeSoFar(job: PausedJob): Promise<UploadSummary>;
  /**
   * Stores all there is to store of a job whose processes are gone, then the manifest. A file that cannot be read, or
   * that the deadline left out, is named in the manifest, in `missing` and in a warning. Rejects where the store fails;
   * calling again tries again, and sends only what is not up.
   */
  finish(job: FinishedJob): Promise<UploadSummary>;
}

export function createJobUploader(options: JobUploaderOptions): JobUploader {
  return new StoreUploader(options);
}

class StoreUploader implements JobUploader {
  readonly #store: ResultStore;
  readonly #job: string;
  readonly #keys: JobKeys;
  readonly #logs: LogUploads;
  readonly #results: ResultUploads | undefined;
  readonly #syncs = new AbortController();
  /** Logs need not wait for a large file. */
  readonly #logTurns = new Turns();
  #logSync: Promise<void> | undefined;
  #resultSync: Promise<void> | undefined;
  #manifestRetired: Promise<void> | undefined;

  constructor({ store, queueId, job, concurrency, clock, ...patterns }: JobUploaderOptions) {
    this.#store = store;
    this.#job = job;
    this.#keys = jobKeys(queueId, job);
    this.#logs = new LogUploads(store, this.#keys, clock ?? systemClock());
    if (patterns.patterns.length > 0) {
      this.#results = new ResultUploads(store, this.#keys, patterns, concurrency ?? DEFAULT_CONCURRENCY);
    }
  }

  syncLogs(logs: AttemptLogs): Promise<void> {
    this.#logSync ??= this.#logTurns
      .take(async () => {
        await this.#retireManifest(logs.attempt > 1);
        await this.#logs.sync(logs, this.#syncs.signal);
      })
      .finally(() => {
        this.#logSync = undefined;
      });
    return this.#logSync;
  }

  syncResults(attempt: number): Promise<void> {
    const results = this.#results;
    if (results === undefined) return Promise.resolve();
    this.#resultSync ??= this.#retireManifest(true)
      .then(() => results.sync(attempt, this.#syncs.signal))
      .finally(() => {
        this.#resultSync = undefined;
      });
    return this.#resultSync;
  }

  finishAttempt(attempt: FinishedAttempt): Promise<void> {
    return this.#logTurns.take(async () => {
      await this.#retireManifest(attempt.attempt > 1);
      await this.#logs.finishAttempt(attempt);
    });
  }

  storeSoFar(job: PausedJob): Promise<UploadSummary> {
    return this.#untilDeadline(job.deadline, async () => {
      await this.#retireManifest(true);
      const [logs, results = NO_RESULTS] = await Promise.all([
        this.#logTurns.take(() => this.#storeLogsSoFar(job)),
        this.#results?.storeSoFar(job.attempt, job.deadline),
      ]);
      return summaryOf(results, logs);
    });
  }

  finish(job: FinishedJob): Promise<UploadSummary> {
    return this.#untilDeadline(job.deadline, () => this.#logTurns.take(() => this.#finish(job)));
  }

  /** What is on its way for a running job is called off at the deadline as well. */
  async #untilDeadline<T>(deadline: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
    const abortSyncs = (): void => this.#syncs.abort(deadline?.reason);
    if (deadline?.aborted === true) abortSyncs();
    deadline?.addEventListener("abort", abortSyncs);
    try {
      return await task();
    } finally {
      deadline?.removeEventListener("abort", abortSyncs);
    }
  }

  /** @returns warnings */
  async #storeLogsSoFar({ merged, metadata, deadline }: PausedJob): Promise<readonly string[]> {
    try {
      await this.#logs.storeMerged(merged, deadline);
      await this.#store.putBytes(this.#keys.metadata, encodeMetadata(metadata));
      return [];
    } catch (error) {
      if (deadline?.aborted !== true) throw error;
      return [logWarning(merged)];
    }
  }

  async #finish(job: FinishedJob): Promise<UploadSummary> {
    const { attempt, deadline } = job;
    await this.#retireManifest(attempt > 1);
    const { logs, warnings } = await this.#finishLogs(job);
    const results = (await this.#results?.finish(deadline)) ?? NO_RESULTS;
    const { files, missing } = results;
    const manifest = encodeManifest({ schemaVersion: 1, job: this.#job, attempt, files, logs, missing });
    await this.#store.putBytes(this.#keys.manifest, Buffer.from(manifest), { durable: files.length > 0 });
    if (deadline?.aborted !== true) await this.#results?.noLongerProvisional(attempt);
    return summaryOf(results, warnings);
  }

  async #finishLogs(
    job: FinishedJob,
  ): Promise<{ readonly logs: readonly ManifestLog[]; readonly warnings: readonly string[] }> {
    const stored = await this.#store.putBytes(this.#keys.metadata, encodeMetadata(job.metadata));
    const small = { key: this.#keys.metadata, ...stored };
    try {
      const logs = await this.#logs.finish(
        { attempt: job.attempt, exitCode: job.exitCode, merged: job.merged },
        job.deadline,
      );
      return { logs: [...logs, small], warnings: [] };
    } catch (error) {
      if (job.deadline?.aborted !== true) throw error;
      return { logs: [small], warnings: [logWarning(job.merged)] };
    }
  }

  /** A manifest of an earlier run would vouch for what is about to be replaced. */
  async #retireManifest(mayExist: boolean): Promise<void> {
    if (mayExist) {
      this.#manifestRetired ??= this.#demoteManifest().catch((error: unknown) => {
        this.#manifestRetired = undefined;
        throw error;
      });
    }
    await this.#manifestRetired;
  }

  /** What it vouched for is still there, and where it belongs stays known. */
  async #demoteManifest(): Promise<void> {
    const bytes = await this.#store.readBytes(this.#keys.manifest);
    if (bytes === undefined) return;
    const earlier = readManifest(bytes, this.#keys.folder);
    if (earlier !== undefined && earlier.files.length > 0) {
      const provisional = Buffer.from(encodeProvisional(earlier));
      await this.#store.putBytes(this.#keys.provisional, provisional);
    }
    await this.#store.remove(this.#keys.manifest);
  }
}

function summaryOf({ files, missing, warnings }: UploadedResults, before: readonly string[]): UploadSummary {
  return {
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.size, 0),
    missing: missing.map(({ path }) => path),
    warnings: [...before, ...warnings],
  };
}

function encodeMetadata(metadata: FinishedJob["metadata"]): Uint8Array {
  return Buffer.from(`${JSON.stringify(metadata, undefined, 2)}\n`);
}

function logWarning(path: string): string {
  return `${path} is not stored completely: the deadline passed`;
}

/** `undefined` where it is damaged. */
function readManifest(bytes: Uint8Array, jobFolder: string): Manifest | undefined {
  try {
    return decodeManifest(Buffer.from(bytes).toString("utf8"), jobFolder);
  } catch (error) {
    if (error instanceof SpawnError) return undefined;
    throw error;
  }
}
