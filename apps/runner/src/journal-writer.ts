import { type Clock, errnoOf, explainFileError } from "@spawn/foundation";
import {
  encodeHeader,
  encodeRecord,
  type JournalEvent,
  type JournalRecord,
  type QueueFold,
} from "@spawn/status-model";
import type { AppendFile } from "./append-file.js";
import { discardPrepared, type JournalPaths, prepareSegment, putInForce } from "./journal-segment.js";

/** What nothing rests on is on the disk this many milliseconds later, if nothing took it along before. */
export const SYNC_WITHIN_MS = 1000;

/** A segment shorter than this is read in no time: 4 MiB. */
const SMALLEST_BOUND = 4 * 1024 * 1024;

/**
 * A segment may grow to this many times what it began with. So a snapshot is written only after three times as many bytes
 * of records as the one before it had: what is written in all is proportional to what happened.
 */
const GROWTH = 4;

export interface WriterStart {
  readonly file: AppendFile;
  /** Of the last record; 0 before the first. */
  readonly seq: number;
  /** Number of the segment in force, from 1. */
  readonly segment: number;
  /** Bytes that the segment began with. */
  readonly baseBytes: number;
  /** Whether this version understands all that the segment may hold. */
  readonly isUnderstood: boolean;
}

/** Appends records. Nothing that rests on a record may be done before `sync` has resolved. */
export class JournalWriter {
  readonly #paths: JournalPaths;
  readonly #clock: Clock;
  readonly #isUnderstood: boolean;
  #file: AppendFile;
  #seq: number;
  #segment: number;
  #bound: number;
  #pending = "";
  #holds = 0;
  #disarm: (() => void) | undefined;

  constructor(paths: JournalPaths, clock: Clock, start: WriterStart) {
    this.#paths = paths;
    this.#clock = clock;
    this.#isUnderstood = start.isUnderstood;
    this.#file = start.file;
    this.#seq = start.seq;
    this.#segment = start.segment;
    this.#bound = boundAfter(start.baseBytes);
  }

  /** Number of the segment in force, from 1. */
  get segment(): number {
    return this.#segment;
  }

  /** Bytes of the segment in force that survive the loss of the machine's power. */
  get syncedBytes(): number {
    return this.#file.syncedSize;
  }

  append(event: JournalEvent, at: number): JournalRecord {
    this.#seq += 1;
    const record: JournalRecord = { seq: this.#seq, at, event };
    this.#pending += encodeRecord(record);
    return record;
  }

  /** Shows all appended records to whoever reads the journal. They are on the disk after `SYNC_WITHIN_MS`. */
  write(): void {
    this.#write();
    if (this.#file.syncedSize === this.#file.size) return;
    this.#disarm ??= this.#clock.wakeAt(this.#clock.bootMs() + SYNC_WITHIN_MS, () => {
      this.#disarm = undefined;
      // A failure stays with the file: the next who needs the disk is told.
      this.#file.sync().catch(() => undefined);
    });
  }

  /** Puts all appended records on the disk. */
  async sync(): Promise<void> {
    this.#write();
    this.#disarm?.();
    this.#disarm = undefined;
    try {
      await this.#file.sync();
    } catch (error) {
      throw this.#explained(error);
    }
  }

  /**
   * Begins a new segment with a snapshot when the one in force has grown past its bound, and nobody holds it. What this
   * version does not understand it does not sum up: such a journal grows on. Where there is no room for the snapshot,
   * the segment may grow to twice its length first.
   *
   * @param fold of all records appended so far
   */
  async compact(fold: QueueFold): Promise<void> {
    if (this.#file.size <= this.#bound || !this.#isUnderstood || !fold.knowsAll) return;
    await this.sync();
    const { latest } = fold;
    if (this.#holds > 0 || latest === undefined) return;
    const segment = this.#segment + 1;
    const snapshot: JournalRecord = {
      seq: this.#seq + 1,
      at: latest.at,
      event: { type: "snapshot", t: latest.t, segment, state: fold.snapshot() },
    };
    const file = this.#prepared(segment, encodeHeader() + encodeRecord(snapshot));
    if (file === undefined) return;
    try {
      putInForce(this.#paths);
    } catch (error) {
      throw this.#explained(error);
    }
    this.#file.close();
    this.#file = file;
    this.#seq = snapshot.seq;
    this.#segment = segment;
    this.#bound = boundAfter(file.size);
  }

  /** Keeps the segment in force until the returned function is called. */
  hold(): () => void {
    this.#holds += 1;
    return () => {
      this.#holds -= 1;
    };
  }

  close(): void {
    this.#disarm?.();
    this.#file.close();
  }

  #prepared(segment: number, text: string): AppendFile | undefined {
    try {
      return prepareSegment(this.#paths, segment, text);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      discardPrepared(this.#paths);
      this.#bound = 2 * this.#file.size;
      return undefined;
    }
  }

  #write(): void {
    if (this.#pending === "") return;
    const text = this.#pending;
    this.#pending = "";
    try {
      this.#file.write(text);
    } catch (error) {
      throw this.#explained(error);
    }
  }

  #explained(error: unknown): unknown {
    return explainFileError(error, "cannot write the journal", this.#paths.journal);
  }
}

function boundAfter(baseBytes: number): number {
  return Math.max(SMALLEST_BOUND, GROWTH * baseBytes);
}
