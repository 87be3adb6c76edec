import { closeSync, fdatasync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { explainFileError } from "@spawn/foundation";
import {
  decodeJournal,
  encodeHeader,
  encodeRecord,
  type JournalEvent,
  type JournalRecord,
} from "@spawn/status-model";

const flush = promisify(fdatasync);

export interface OpenJournal {
  readonly writer: JournalWriter;
  /** What was there already, oldest first. */
  readonly records: readonly JournalRecord[];
}

/**
 * Opens the journal for appending; makes it where there is none. A torn last line is cut off first, so that whole lines
 * alone are ever followed by others.
 *
 * @throws SpawnError `journal-damaged` when a complete record is damaged; `no-space`, `permission-denied`.
 */
export function openJournal(path: string): OpenJournal {
  try {
    const fd = openSync(path, "a+", 0o600);
    const bytes = readFileSync(fd);
    const { records, validBytes, tornBytes } = decodeJournal(bytes);
    if (tornBytes > 0) ftruncateSync(fd, validBytes);
    if (validBytes === 0) {
      writeAll(fd, encodeHeader());
      fsyncSync(fd);
      syncFolder(dirname(path));
    }
    return { records, writer: new JournalWriter(path, fd, records.at(-1)?.seq ?? 0) };
  } catch (error) {
    throw explainFileError(error, "cannot open the journal", path);
  }
}

/** Appends records. Nothing that rests on a record may be done before `sync` has resolved. */
export class JournalWriter {
  readonly #path: string;
  readonly #fd: number;
  #seq: number;
  #pending = "";
  #unsynced = false;

  constructor(path: string, fd: number, lastSeq: number) {
    this.#path = path;
    this.#fd = fd;
    this.#seq = lastSeq;
  }

  append(event: JournalEvent, at: number): JournalRecord {
    this.#seq += 1;
    const record: JournalRecord = { seq: this.#seq, at, event };
    this.#pending += encodeRecord(record);
    return record;
  }

  /** Puts all appended records on the disk. */
  async sync(): Promise<void> {
    try {
      if (this.#pending !== "") {
        const text = this.#pending;
        this.#pending = "";
        writeAll(this.#fd, text);
        this.#unsynced = true;
      }
      if (!this.#unsynced) return;
      this.#unsynced = false;
      await flush(this.#fd);
    } catch (error) {
      throw explainFileError(error, "cannot write the journal", this.#path);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function writeAll(fd: number, text: string): void {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(fd, bytes));
}

function syncFolder(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
