import {
  attemptMarker,
  currentBootId,
  type InstanceLayout,
  instanceLayout,
  logStartOf,
  readAttemptUsage,
} from "@spawn/attempt-runner";
import type { Clock } from "@spawn/foundation";
import {
  type JobLive,
  type JournalRecord,
  QueueFold,
  type QueueStatus,
  queueStatus,
  type ResourceUsage,
  readJobLive,
  schedulerTimeAt,
  timeAnchorOf,
} from "@spawn/status-model";
import { JournalReader } from "./journal-reader.js";
import { lastMessages } from "./runner-log.js";
import { hasRunner } from "./runner-presence.js";

/** A queue on this machine as its journal tells it, followed while it grows. */
export class LocalQueue {
  readonly layout: InstanceLayout;
  readonly #clock: Clock;
  #journal: JournalReader;
  #fold = new QueueFold();
  #runner: "alive" | "gone" = "alive";

  constructor(root: string, clock: Clock) {
    this.layout = instanceLayout(root);
    this.#clock = clock;
    this.#journal = new JournalReader(this.layout);
  }

  /**
   * Reads what has come since the last call.
   *
   * @returns the new records, at the first call all there are: from the queue's first on, or from a snapshot on. So again,
   * and `restarted`, where what was read is no longer there: a new runner has cut a torn end off.
   * @throws SpawnError `journal-damaged`, `permission-denied`.
   */
  refresh(): { readonly records: readonly JournalRecord[]; readonly restarted: boolean } {
    const restarts = this.#journal.hasBegun;
    // Asked before reading: a runner found gone then has written all that it ever will.
    this.#runner = this.runner();
    try {
      return { records: this.#read(), restarted: false };
    } catch (error) {
      if (!restarts) throw error;
      this.#journal = new JournalReader(this.layout);
      this.#fold = new QueueFold();
      return { records: this.#read(), restarted: true };
    }
  }

  get fold(): QueueFold {
    return this.#fold;
  }

  /** One that is just starting counts. */
  runner(): "alive" | "gone" {
    return hasRunner(this.layout) ? "alive" : "gone";
  }

  /** The last messages of its runners' log: why one ended that wrote nothing into the journal. Empty where it says nothing. */
  lastWords(): string {
    return lastMessages(this.layout.runnerLog);
  }

  /** The status as of the last `refresh`, with what the jobs print right now. */
  status(): QueueStatus {
    const fold = this.#fold;
    const wallMs = this.#clock.wallMs();
    const bootId = currentBootId();
    const anchor = timeAnchorOf(fold, bootId);
    const now = { at: wallMs, bootMs: this.#clock.bootMs(), bootId };
    const t = anchor === undefined ? 0 : schedulerTimeAt(anchor, now);
    const live = new Map<string, JobLive>();
    for (const job of fold.running) {
      live.set(job, {
        ...this.#live(job),
        ...this.#usage(job),
      });
    }
    return queueStatus(fold, {
      wallMs,
      t: Math.max(t, fold.latest?.t ?? 0),
      runner: this.#runner,
      live,
      logFileOf: (job) => this.layout.mergedLog(job),
    });
  }

  #live(job: string): JobLive {
    const { layout } = this;
    return readJobLive({
      log: layout.mergedLog(job),
      from: logStartOf(layout.mergedLogStarts(job), this.#attemptOf(job)),
      progress: layout.progressFile(job),
    });
  }

  #attemptOf(job: string): number {
    return this.fold.job(job).last?.attempt ?? 0;
  }

  #usage(job: string): ResourceUsage {
    const { created } = this.fold;
    const attempt = this.#attemptOf(job);
    const { claim } = this.layout.attempt(job, attempt);
    const { memoryBytes: _now, ...usage } = readAttemptUsage({
      claim,
      marker: attemptMarker(created, job, attempt),
    });
    return usage;
  }

  #read(): readonly JournalRecord[] {
    const records = this.#journal.read();
    for (const record of records) this.#fold.apply(record);
    return records;
  }
}
