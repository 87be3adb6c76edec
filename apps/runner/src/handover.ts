import type { JobSpec } from "@spawn/config-schema";
import { jobState } from "@spawn/dag-core";
import { exitCodeOf } from "@spawn/status-model";
import { jobMetadata, type MetadataSource } from "./job-metadata.js";
import { storedResults } from "./recovery.js";
import type { UploadDesk } from "./upload-desk.js";

/** Decides what is to be stored of jobs whose attempts have ended; each time once. */
export class Handover {
  readonly #source: MetadataSource;
  readonly #uploads: UploadDesk;
  /** Up to which attempt all is stored, or on its way. */
  readonly #stored: Map<string, number>;
  /** The same, of jobs that were not over then. */
  readonly #paused = new Map<string, number>();

  constructor(source: MetadataSource, uploads: UploadDesk) {
    this.#source = source;
    this.#uploads = uploads;
    this.#stored = new Map(storedResults(source.fold));
  }

  /** Of a job that is over, everything. */
  ofEnded(job: JobSpec): void {
    const state = jobState(this.#source.fold.scheduler, job.id);
    if (state.phase !== "ended" || (this.#stored.get(job.id) ?? 0) >= state.attempt) return;
    const { attempt } = state;
    this.#stored.set(job.id, attempt);
    const metadata = jobMetadata(this.#source, job.id);
    this.#uploads.jobEnded(job, { attempt, exitCode: exitCodeOf(state.last), metadata });
  }

  /** Of a job that is to go on, what its last attempt here has left. */
  ofPaused(job: JobSpec): void {
    const { fold } = this.#source;
    const { phase } = jobState(fold.scheduler, job.id);
    if (phase !== "waiting" && phase !== "ready" && phase !== "retrying") return;
    const { last } = fold.job(job.id);
    if (last?.outcome === undefined || last.outcome.reason === "never-started") return;
    const { attempt } = last;
    if (attempt <= Math.max(this.#stored.get(job.id) ?? 0, this.#paused.get(job.id) ?? 0)) return;
    this.#paused.set(job.id, attempt);
    this.#uploads.jobPaused(job, { attempt, metadata: jobMetadata(this.#source, job.id) });
  }
}
