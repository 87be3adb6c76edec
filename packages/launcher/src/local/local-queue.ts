import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import {
  attemptMarker,
  currentBootId,
  type InstanceLayout,
  instanceLayout,
  readAttemptUsage,
  readRunnerLock,
} from "@spawn/attempt-runner";
import { type Clock, errnoOf, explainFileError } from "@spawn/foundation";
import {
  type JobLive,
  JournalDecoder,
  type JournalRecord,
  QueueFold,
  type QueueStatus,
  queueStatus,
  type ResourceUsage,
  readJobLive,
  schedulerTimeAt,
  timeAnchorOf,
} from "@spawn/status-model";

/** A queue on this machine as its journal tells it, followed while it grows. */
export class LocalQueue {
  readonly layout: InstanceLayout;
  readonly #clock: Clock;
  #reading = newReading();

  constructor(root: string, clock: Clock) {
    this.layout = instanceLayout(root);
    this.#clock = clock;
  }

  /**
   * Reads what has come since the last call.
   *
   * @returns the new records; all of them again, and `restarted`, where a new runner has cut a torn end off.
   * @throws SpawnError `journal-damaged`, `permission-denied`.
   */
  refresh(): { readonly records: readonly JournalRecord[]; readonly restarted: boolean } {
    try {
      return { records: this.#read(), restarted: false };
    } catch (error) {
      // A torn end that was cut off between two looks makes what follows it unreadable: begin again, once.
      if (this.#reading.offset === 0) throw error;
      this.#reading = newReading();
      return { records: this.#read(), restarted: true };
    }
  }

  get fold(): QueueFold {
    return this.#reading.fold;
  }

  runner(): "alive" | "gone" {
    return readRunnerLock(this.layout.lock)?.alive ? "alive" : "gone";
  }

  /** The status as of the last `refresh`, with what the jobs print right now. */
  status(): QueueStatus {
    const { fold, running } = this.#reading;
    const wallMs = this.#clock.wallMs();
    const bootId = currentBootId();
    const anchor = timeAnchorOf(fold, bootId);
    const now = { at: wallMs, bootMs: this.#clock.bootMs(), bootId };
    const t = anchor === undefined ? 0 : schedulerTimeAt(anchor, now);
    const live = new Map<string, JobLive>();
    for (const job of running) {
      live.set(job, {
        ...readJobLive({ log: this.layout.mergedLog(job), progress: this.layout.progressFile(job) }),
        ...this.#usage(job),
      });
    }
    return queueStatus(fold, {
      wallMs,
      t: Math.max(t, fold.latest?.t ?? 0),
      runner: this.runner(),
      live,
      logFileOf: (job) => this.layout.mergedLog(job),
    });
  }

  #usage(job: string): ResourceUsage {
    const { created } = this.fold;
    const attempt = this.fold.job(job).last?.attempt ?? 0;
    const { claim } = this.layout.attempt(job, attempt);
    const { memoryBytes: _now, ...usage } = readAttemptUsage({
      claim,
      marker: attemptMarker(created, job, attempt),
    });
    return usage;
  }

  #read(): readonly JournalRecord[] {
    const bytes = readFrom(this.layout.journal, this.#reading.offset);
    this.#reading.offset += bytes.length;
    const records = this.#reading.decoder.push(bytes);
    for (const record of records) this.#reading.take(record);
    return records;
  }
}

interface Reading {
  offset: number;
  readonly decoder: JournalDecoder;
  readonly fold: QueueFold;
  readonly running: Set<string>;
  take(record: JournalRecord): void;
}

function newReading(): Reading {
  const fold = new QueueFold();
  const running = new Set<string>();
  return {
    offset: 0,
    decoder: new JournalDecoder(),
    fold,
    running,
    take(record) {
      const { event } = record;
      fold.apply(record);
      if (event.type === "attempt-starting") running.add(event.job);
      else if (event.type === "attempt-ended") running.delete(event.job);
    },
  };
}

function readFrom(path: string, offset: number): Buffer {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    // Not there yet: the runner has only just been started.
    if (errnoOf(error) === "ENOENT") return Buffer.alloc(0);
    throw explainFileError(error, "cannot read the journal", path);
  }
  try {
    const size = fstatSync(fd).size;
    if (size < offset) throw new Error("the journal is shorter than it was");
    const bytes = Buffer.allocUnsafe(size - offset);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(fd, bytes, length, bytes.length - length, offset + length);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}
