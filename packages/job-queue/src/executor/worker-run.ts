import { type Clock, SpawnError } from "@spawn/foundation";
import type { AbortReason, AttemptOutcome } from "../attempt-outcome.js";
import type { ClaimedJob, JobManager } from "../job-manager.js";
import { pause } from "../pause.js";
import type { JobHandler } from "./job-handlers.js";
import { runAttempt } from "./run-attempt.js";
import { Wake } from "./wake.js";
import type { WorkerEvent } from "./worker-event.js";
import type { WorkerReport } from "./worker-report.js";

/** A worker counts as there for this long after each report. */
const REPORT_FOR_MS = 60_000;
const REPORT_EVERY_MS = 20_000;

/** Until the store is tried again after it failed. */
const STORE_PAUSE_MS = 1_000;

/** However soon the next job is due. */
const SHORTEST_WAIT_MS = 5;

export interface WorkerRunOptions {
  readonly manager: JobManager;
  readonly workerId: string;
  readonly handlers: ReadonlyMap<string, JobHandler>;
  readonly maxConcurrent: number;
  readonly maxJobs: number;
  readonly pollMs: number;
  readonly graceMs: number;
  readonly endGrace: AbortSignal;
  readonly handBackMs: number;
  readonly clock: Clock;
  readonly onEvent: (event: WorkerEvent) => void;
}

/** One run of a worker's loop: claim what there is room for, wait for something to happen, repeat. */
export class WorkerRun {
  readonly #options: WorkerRunOptions;
  readonly #needs: readonly string[];
  readonly #wake: Wake;
  readonly #running = new Map<ClaimedJob, Promise<void>>();
  readonly #handBack = new AbortController();
  readonly #counts = { completed: 0, failed: 0, cancelled: 0, released: 0, lost: 0 };
  #claimed = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;
  /** The store is of no use any more. */
  #broken: unknown;

  constructor(options: WorkerRunOptions) {
    this.#options = options;
    this.#needs = [...options.handlers.keys()];
    this.#wake = new Wake(options.clock);
  }

  async run(signal: AbortSignal): Promise<WorkerReport> {
    const { manager, maxJobs, clock, workerId } = this.#options;
    const wakeUp = (): void => this.#wake.now();
    const unwatch = manager.store.watch(wakeUp);
    signal.addEventListener("abort", wakeUp, { once: true });
    try {
      while (!signal.aborted && this.#broken === undefined) {
        this.#wake.clear();
        await this.#report(clock.bootMs());
        const dueInMs = await this.#claimAll(signal);
        if (this.#claimed >= maxJobs && this.#running.size === 0) break;
        if (!signal.aborted) await this.#wake.wait(Math.max(SHORTEST_WAIT_MS, dueInMs));
      }
      await this.#drain();
      await manager.store.forgetWorker(workerId).catch(() => {});
      if (this.#broken !== undefined) throw this.#broken;
      return { ...this.#counts };
    } finally {
      unwatch();
      signal.removeEventListener("abort", wakeUp);
    }
  }

  /** @returns until when there is nothing more to claim, in ms. */
  async #claimAll(signal: AbortSignal): Promise<number> {
    const { manager, workerId, maxConcurrent, maxJobs, pollMs } = this.#options;
    while (!signal.aborted && this.#running.size < maxConcurrent && this.#claimed < maxJobs) {
      try {
        const claimed = await manager.claimNext(workerId, { needs: this.#needs });
        if (claimed.kind === "nothing") return Math.min(pollMs, claimed.dueInMs ?? pollMs);
        this.#start(claimed.job);
      } catch (error) {
        if (!isPassing(error)) this.#broken = error;
        else this.#options.onEvent({ kind: "store-failed", error });
        return Math.min(pollMs, STORE_PAUSE_MS);
      }
    }
    return Math.min(pollMs, REPORT_EVERY_MS);
  }

  #start(job: ClaimedJob): void {
    this.#claimed += 1;
    this.#options.onEvent({ kind: "started", job });
    const done = this.#attempt(job).finally(() => {
      this.#running.delete(job);
      this.#wake.now();
    });
    this.#running.set(job, done);
  }

  async #attempt(job: ClaimedJob): Promise<void> {
    const { manager, handlers, onEvent } = this.#options;
    const handler = handlers.get(job.needs);
    if (handler === undefined) throw new Error(`job ${job.jobId} was claimed and needs ${job.needs}`);
    const outcome = await runAttempt({
      job,
      handler,
      manager,
      stopping: this.#handBack.signal,
      onLogFailed: (error) => onEvent({ kind: "store-failed", error }),
    });
    await this.#end(job, outcome);
  }

  /** An outcome is worth waiting for a store that is away: it is tried until it is recorded or the job is lost. */
  async #end(job: ClaimedJob, outcome: AttemptOutcome): Promise<void> {
    const { manager, clock, onEvent } = this.#options;
    for (;;) {
      try {
        const recorded = await manager.endAttempt(job, outcome);
        this.#counts[recorded ? outcome.kind : "lost"] += 1;
        onEvent({ kind: "ended", job, outcome, recorded });
        return;
      } catch (error) {
        onEvent({ kind: "store-failed", error });
        if (!isPassing(error)) {
          this.#broken ??= error;
          return;
        }
      }
      await pause(clock, STORE_PAUSE_MS, this.#handBack.signal);
      if (this.#handBack.signal.aborted) return;
    }
  }

  /** Waits for what runs; at the end of its grace it is told to stop, and a little later its jobs are handed back anyway. */
  async #drain(): Promise<void> {
    if (this.#running.size === 0) return;
    const { graceMs, endGrace, handBackMs, onEvent } = this.#options;
    onEvent({ kind: "stopping", running: this.#running.size });
    if (await this.#allEnded(graceMs, endGrace)) return;
    this.#handBack.abort({ kind: "stopping" } satisfies AbortReason);
    if (await this.#allEnded(handBackMs)) return;
    await Promise.all([...this.#running.keys()].map((job) => this.#end(job, { kind: "released" })));
  }

  async #allEnded(withinMs: number, orUntil?: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    const isOver = new AbortController();
    const ended = Promise.all(this.#running.values()).then(() => isOver.abort());
    const { signal } = isOver;
    const until = orUntil === undefined ? signal : AbortSignal.any([signal, orUntil]);
    await Promise.race([ended, pause(clock, withinMs, until)]);
    return this.#running.size === 0;
  }

  async #report(now: number): Promise<void> {
    if (now - this.#reportedAt < REPORT_EVERY_MS) return;
    const { manager, workerId, onEvent } = this.#options;
    this.#reportedAt = now;
    try {
      await manager.store.reportWorker({ worker_id: workerId, needs: this.#needs }, REPORT_FOR_MS);
    } catch (error) {
      // Who cannot be told now is told by the next claim's failure, or does not matter.
      onEvent({ kind: "store-failed", error });
    }
  }
}

/** What may be over by itself. */
function isPassing(error: unknown): boolean {
  return error instanceof SpawnError && ["database-busy", "no-space", "store-failed"].includes(error.code);
}
