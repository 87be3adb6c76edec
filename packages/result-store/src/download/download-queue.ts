import { setMaxListeners } from "node:events";
import { SpawnError } from "@spawn/foundation";
import PQueue from "p-queue";
import type { ResultStore } from "../result-store.js";
import type { DownloadEvent, DownloadedFile, DownloadedJob, DownloadSummary } from "./download-events.js";
import { fetchFile } from "./fetch-file.js";
import { FetchedIndex } from "./fetched-index.js";
import { type JobPlan, type LogChoice, type PlannedFile, planJob } from "./job-plan.js";
import { OutputFolder } from "./output-folder.js";
import { type OutdatedFiles, removeOutdated } from "./remove-outdated.js";
import { findStoredJobs } from "./stored-jobs.js";

const DEFAULT_CONCURRENCY = 16;
const NONE_OUTDATED: OutdatedFiles = { removed: [], kept: [] };

export interface DownloadOptions {
  readonly store: ResultStore;
  readonly queueId: string;
  /** Made where it is not there yet; each job has its folder in it. */
  readonly output: string;
  /** Only this one. */
  readonly job?: string | undefined;
  /** Default `all`. Exit code, metadata and manifest come with each choice. */
  readonly logs?: LogChoice | undefined;
  /** How many files are on their way at once. Default 16. */
  readonly concurrency?: number | undefined;
  readonly onEvent?: ((event: DownloadEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches a queue's logs and results and verifies them against the manifests, of a job without one what there is, unverified: `<output>/<job>/stdout.log`, …,
 * `<output>/<job>/results/…`, files of mode 0600 (0700 where the result was executable). What is there already, and the
 * same, is kept; what was begun is continued. What an earlier download brought and the store names no more is taken
 * away, unless it was changed since; a hidden index in the output folder (`.fetched.<queue-id>.json`) remembers what that
 * is. Files that no download brought are never touched.
 *
 * @throws SpawnError `queue-not-found`, `job-not-found`; `verification-failed` after everything else was fetched, naming
 * what is damaged; at once what the store or the output folder cannot do; the signal's reason when it aborts.
 */
export async function downloadQueue(options: DownloadOptions): Promise<DownloadSummary> {
  const { store, queueId, signal } = options;
  // Every transfer under way listens to it.
  if (signal !== undefined) setMaxListeners(0, signal);
  const stored = await findStoredJobs(store, queueId, options.job);
  const transfers = new PQueue({ concurrency: options.concurrency ?? DEFAULT_CONCURRENCY });
  const plans = await Promise.all(
    stored.map((job) => transfers.add(() => planJob(store, queueId, job, options.logs ?? "all"))),
  );
  return new Download(options, plans, transfers).run();
}

class Download {
  readonly #options: DownloadOptions;
  readonly #plans: readonly JobPlan[];
  readonly #transfers: PQueue;
  readonly #output: OutputFolder;
  readonly #index: FetchedIndex;
  readonly #warnings: string[] = [];
  readonly #damaged: SpawnError[] = [];
  #skipped = 0;
  #fatal: { readonly error: unknown } | undefined;

  constructor(options: DownloadOptions, plans: readonly JobPlan[], transfers: PQueue) {
    this.#options = options;
    this.#plans = plans;
    this.#transfers = transfers;
    this.#output = new OutputFolder(options.output);
    this.#index = new FetchedIndex(this.#output, options.queueId);
  }

  async run(): Promise<DownloadSummary> {
    this.#announce();
    const jobs = await Promise.all(this.#plans.map((plan) => this.#fetchJob(plan)));
    const stopped = this.#fatal !== undefined || this.#options.signal?.aborted === true;
    const outdated = stopped ? NONE_OUTDATED : await this.#removeOutdated();
    this.#saveIndex();
    this.#output.tidy();
    this.#options.signal?.throwIfAborted();
    if (this.#fatal !== undefined) throw this.#fatal.error;
    if (this.#damaged.length > 0) throw damagedError(this.#damaged);
    const totalBytes = jobs.reduce((sum, job) => sum + job.bytes, 0);
    return { jobs, totalBytes, skipped: this.#skipped, ...outdated, warnings: this.#warnings };
  }

  #announce(): void {
    const files = this.#plans.flatMap((plan) => plan.files);
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    this.#emit({ kind: "planned", jobs: this.#plans.map((plan) => plan.job), files: files.length, bytes });
    for (const message of this.#plans.flatMap((plan) => plan.warnings)) this.#warn(message);
  }

  async #removeOutdated(): Promise<OutdatedFiles> {
    const { job, logs = "all" } = this.#options;
    const outdated = await removeOutdated(this.#output, this.#index, this.#plans, { job, logs });
    for (const name of outdated.removed) this.#emit({ kind: "outdated-removed", name });
    for (const name of outdated.kept)
      this.#warn(
        `${name} is of an earlier run, which the store has no more; it was changed since, and is kept`,
      );
    return outdated;
  }

  async #fetchJob(plan: JobPlan): Promise<DownloadedJob> {
    if (plan.failure !== undefined) this.#noteDamaged(plan.job, "manifest.json", plan.failure);
    const fetched = await Promise.all(plan.files.map((file) => this.#transfers.add(() => this.#fetch(file))));
    const files = fetched.filter((file) => file !== undefined);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const job = { job: plan.job, provisional: plan.provisional, files, bytes };
    if (files.length === plan.files.length && plan.failure === undefined)
      this.#emit({ kind: "job-done", job });
    return job;
  }

  async #fetch(file: PlannedFile): Promise<DownloadedFile | undefined> {
    const { signal } = this.#options;
    if (this.#fatal !== undefined || signal?.aborted === true) return undefined;
    try {
      const onBytes = (bytes: number): void => this.#emit({ kind: "bytes", bytes });
      const { stored, outcome } = await fetchFile(this.#options.store, file, this.#output, signal, onBytes);
      if (outcome === "already-there") this.#skipped += 1;
      // What lay there before any download is its owner's, even where it is the same.
      if (outcome === "fetched" || this.#index.get(file.target) !== undefined)
        this.#index.set(file.target, stored);
      const done = { name: file.name, bytes: stored.size, kind: file.kind };
      this.#emit({ kind: "file-done", job: file.job, file: done, outcome });
      return done;
    } catch (error) {
      if (error instanceof SpawnError && error.code === "verification-failed") {
        this.#noteDamaged(file.job, file.name, error);
      } else {
        this.#fatal ??= { error };
      }
      return undefined;
    }
  }

  #noteDamaged(job: string, name: string, error: SpawnError): void {
    this.#damaged.push(error);
    this.#emit({ kind: "file-failed", job, name, message: error.message });
  }

  #saveIndex(): void {
    try {
      this.#index.save();
    } catch (error) {
      this.#fatal ??= { error };
    }
  }

  #warn(message: string): void {
    this.#warnings.push(message);
    this.#emit({ kind: "warning", message });
  }

  #emit(event: DownloadEvent): void {
    this.#options.onEvent?.(event);
  }
}

function damagedError(damaged: readonly SpawnError[]): SpawnError {
  const [first] = damaged;
  if (damaged.length === 1 && first !== undefined) return first;
  const messages = damaged.map((error) => `\n  ${error.message}`).join("");
  return new SpawnError("verification-failed", `${damaged.length} files could not be verified:${messages}`, {
    hint: "Everything else was fetched. Run the same command again for these alone.",
    cause: first,
  });
}
