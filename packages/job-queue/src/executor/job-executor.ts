import { hostname } from "node:os";
import { type Clock, SpawnError, systemClock, systemRandom } from "@spawn/foundation";
import type { JobManager } from "../job-manager.js";
import { handlersByNeeds, type JobHandler, type JobHandlers } from "./job-handlers.js";
import type { WorkerEvent } from "./worker-event.js";
import type { WorkerReport } from "./worker-report.js";
import { WorkerRun } from "./worker-run.js";

const DEFAULT_POLL_INTERVAL = 5;
const DEFAULT_GRACE_MS = 30_000;
const DEFAULT_HAND_BACK_MS = 15_000;

export interface JobExecutorOptions {
  readonly manager: JobManager;
  readonly handlers: JobHandlers;
  /** Shown with the jobs; made of host and process when absent. */
  readonly workerId?: string;
  /** Jobs at once; 1 when absent. */
  readonly maxConcurrent?: number;
  readonly clock?: Clock;
  readonly onEvent?: (event: WorkerEvent) => void;
}

export interface RunWorkerOptions {
  /** Ends after so many attempts; never when absent. */
  readonly maxJobs?: number | undefined;
  /**
   * Seconds until it looks for work although nothing told it to; 5 when absent. New jobs and ended waits are told at once,
   * so this is how long a message that got lost can cost.
   */
  readonly pollInterval?: number;
  /** Stops the worker: it claims nothing more, and gives what runs its grace. */
  readonly signal?: AbortSignal;
  /** Ends the grace: what runs is handed back at once. */
  readonly handBack?: AbortSignal;
  /** How long running jobs may go on after that, in ms, before their signals are aborted; 30 s when absent. */
  readonly graceMs?: number;
  /** How long their handlers may take then, in ms, before their jobs are handed back regardless; 15 s when absent. */
  readonly handBackMs?: number;
}

/** A worker: claims the jobs that it has handlers for, and runs them. */
export class JobExecutor {
  readonly workerId: string;
  readonly #manager: JobManager;
  readonly #handlers: ReadonlyMap<string, JobHandler>;
  readonly #maxConcurrent: number;
  readonly #clock: Clock;
  readonly #onEvent: (event: WorkerEvent) => void;

  /** @throws SpawnError `bad-arguments` */
  constructor(options: JobExecutorOptions) {
    const { manager, handlers, maxConcurrent = 1, clock = systemClock(), onEvent = () => {} } = options;
    this.workerId = options.workerId ?? `${hostname()}-${process.pid}-${systemRandom().hex(4)}`;
    this.#manager = manager;
    this.#handlers = handlersByNeeds(handlers);
    this.#maxConcurrent = whole("maxConcurrent", maxConcurrent);
    this.#clock = clock;
    this.#onEvent = onEvent;
    if (this.workerId === "") throw new SpawnError("bad-arguments", "a worker id cannot be empty");
    if (this.#handlers.size === 0)
      throw new SpawnError("bad-arguments", "a worker without handlers can run no job");
  }

  /**
   * Runs jobs until `maxJobs` attempts have ended or the signal is aborted.
   *
   * @throws SpawnError what makes the store useless (`permission-denied`, `database-damaged`, …), once nothing runs any
   * more. A store that is busy, full or away for a while is an event, and tried again.
   */
  async runWorker(options: RunWorkerOptions = {}): Promise<WorkerReport> {
    const { maxJobs, pollInterval = DEFAULT_POLL_INTERVAL } = options;
    if (!(pollInterval > 0)) {
      throw new SpawnError(
        "bad-arguments",
        `pollInterval ${pollInterval} is not a number of seconds above 0`,
      );
    }
    const run = new WorkerRun({
      manager: this.#manager,
      workerId: this.workerId,
      handlers: this.#handlers,
      maxConcurrent: this.#maxConcurrent,
      maxJobs: maxJobs === undefined ? Number.POSITIVE_INFINITY : whole("maxJobs", maxJobs),
      pollMs: pollInterval * 1000,
      graceMs: options.graceMs ?? DEFAULT_GRACE_MS,
      endGrace: options.handBack ?? new AbortController().signal,
      handBackMs: options.handBackMs ?? DEFAULT_HAND_BACK_MS,
      clock: this.#clock,
      onEvent: this.#onEvent,
    });
    return run.run(options.signal ?? new AbortController().signal);
  }
}

function whole(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new SpawnError("bad-arguments", `${name} ${value} is not a whole number from 1 up`);
}
