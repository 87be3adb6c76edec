import type { InstanceLayout } from "@spawn/attempt-runner";
import { createMask } from "@spawn/config-schema";
import { MergedLog } from "./merged-log.js";

export interface LogDeskOptions {
  readonly layout: InstanceLayout;
  readonly wallMs: () => number;
  /** Values that are masked in every log, whichever job prints them. */
  readonly carriedValues: readonly string[];
}

/** The merged logs of the jobs that run or whose last lines are still on their way. */
export class LogDesk {
  readonly #options: LogDeskOptions;
  readonly #logs = new Map<string, MergedLog>();
  readonly #masked: Set<string>;
  #mask: (text: string) => string;

  constructor(options: LogDeskOptions) {
    this.#options = options;
    this.#masked = new Set(options.carriedValues);
    this.#mask = createMask(this.#masked);
  }

  /** From here on these values are masked too, in every log. */
  mask(values: Iterable<string>): void {
    const before = this.#masked.size;
    for (const value of values) this.#masked.add(value);
    if (this.#masked.size > before) this.#mask = createMask(this.#masked);
  }

  follow(job: string, attempt: number): void {
    let log = this.#logs.get(job);
    if (log === undefined) {
      const { layout, wallMs } = this.#options;
      log = new MergedLog({
        path: layout.mergedLog(job),
        indexPath: layout.mergedLogIndex(job),
        startsPath: layout.mergedLogStarts(job),
        filesOf: (ofAttempt) => layout.attempt(job, ofAttempt),
        wallMs,
        mask: (text) => this.#mask(text),
      });
      this.#logs.set(job, log);
    }
    log.follow(attempt);
  }

  /** Brings a running job's log up to date, a bounded piece at a time. */
  pump(job: string): void {
    const log = this.#logs.get(job);
    for (let pieces = 0; pieces < 16; pieces += 1) {
      if (log === undefined || !log.pump()) return;
    }
  }

  /** All of an attempt that ended. */
  async finish(job: string, attempt: number): Promise<void> {
    await this.#logs.get(job)?.finish(attempt);
  }

  forget(job: string): void {
    this.#logs.delete(job);
  }
}
