import type { SpawnError } from "@spawn/foundation";
import type { JournalRecord } from "../journal-events.js";
import { journalDamaged } from "./damage.js";
import { JOURNAL_VERSION, readHeader } from "./header.js";
import { parseRecord } from "./parse-record.js";
import { openLine } from "./seal.js";

const NEWLINE = 0x0a;
const FIRST_RECORD_LINE = 2;
const FIRST_RECORD_HINT =
  "Keep a copy of the journal. Where older segments lie beside it, put the one of the highest number in its place.";

/**
 * Reads one segment of a journal that may still grow, piece by piece. A line counts once its newline is there; what follows the last
 * newline waits for more. After a refusal every further `push` refuses in the same way.
 */
export class JournalDecoder {
  readonly #source: string | undefined;
  #tail: Buffer = Buffer.alloc(0);
  #line = 1;
  #validBytes = 0;
  #seq = 0;
  #minor: number = JOURNAL_VERSION.minor;
  #baseBytes = 0;
  #refusal: { readonly error: unknown } | undefined;

  /** @param source path or key of the segment, for what is said of damage */
  constructor(source?: string) {
    this.#source = source;
  }

  /** Bytes of the complete lines so far, header included: where the next record belongs. */
  get validBytes(): number {
    return this.#validBytes;
  }

  /** Bytes of the header and the first record: what the segment began with. */
  get baseBytes(): number {
    return this.#baseBytes;
  }

  /** Whether a newer minor version began it: it may hold events and fields that have no meaning here. */
  get isNewer(): boolean {
    return this.#minor > JOURNAL_VERSION.minor;
  }

  /** Bytes after the last complete line. */
  get tailBytes(): number {
    return this.#tail.length;
  }

  /**
   * @returns the records that these bytes complete, in order
   * @throws {SpawnError} `journal-damaged`, naming line and byte, for a complete line that is not what was written
   */
  push(bytes: Uint8Array): readonly JournalRecord[] {
    if (this.#refusal !== undefined) throw this.#refusal.error;
    try {
      return this.#read(bytes);
    } catch (error) {
      this.#refusal = { error };
      throw error;
    }
  }

  #read(bytes: Uint8Array): readonly JournalRecord[] {
    const fresh = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const unread = this.#tail.length === 0 ? fresh : Buffer.concat([this.#tail, fresh]);
    const records: JournalRecord[] = [];
    let from = 0;
    for (;;) {
      const end = unread.indexOf(NEWLINE, from);
      if (end === -1) break;
      this.#readLine(unread.subarray(from, end), records);
      this.#validBytes += end + 1 - from;
      if (this.#line <= FIRST_RECORD_LINE) this.#baseBytes = this.#validBytes;
      this.#line += 1;
      from = end + 1;
    }
    // A copy: the caller may use its buffer again.
    this.#tail = Buffer.from(unread.subarray(from));
    return records;
  }

  #readLine(line: Buffer, records: JournalRecord[]): void {
    if (this.#line === 1) this.#minor = readHeader(line, this.#source);
    else records.push(this.#readRecord(line));
  }

  #readRecord(line: Buffer): JournalRecord {
    const text = openLine(line);
    if (text === undefined) throw this.#refuse("the checksum is missing or does not fit");
    const parsed = parseRecord(text);
    if (parsed.record === undefined) throw this.#refuse(parsed.problem);
    const { seq, event } = parsed.record;
    const begins = this.#line === FIRST_RECORD_LINE && event.type === "snapshot";
    if (seq !== this.#seq + 1 && !begins) {
      throw this.#refuse(`record ${this.#seq + 1} is expected, and this is ${seq}`);
    }
    this.#seq = seq;
    return parsed.record;
  }

  #refuse(problem: string): SpawnError {
    const hint = this.#line === FIRST_RECORD_LINE ? FIRST_RECORD_HINT : undefined;
    return journalDamaged(
      { line: this.#line, offset: this.#validBytes, source: this.#source },
      problem,
      hint,
    );
  }
}

export interface DecodedJournal {
  readonly records: readonly JournalRecord[];
  /** Bytes of the header and the records; 0 when not even the header is complete. */
  readonly validBytes: number;
  /** Bytes of a last line whose newline never reached the disk. */
  readonly tornBytes: number;
  /** Bytes of the header and the first record. */
  readonly baseBytes: number;
  /** Whether a newer minor version began it. */
  readonly isNewer: boolean;
}

/**
 * Reads a whole segment. A last line without newline is torn: it was being written when its runner died, nothing rests
 * on it, and it is left out. Any complete line that is damaged is refused, the last one too. A writer truncates to
 * `validBytes` (and writes the header anew where that is 0) before it appends, so that a torn line never gets a successor.
 *
 * @param source path or key of the segment, for what is said of damage
 * @throws {SpawnError} `journal-damaged`, naming line and byte
 */
export function decodeJournal(bytes: Uint8Array, source?: string): DecodedJournal {
  const decoder = new JournalDecoder(source);
  const records = decoder.push(bytes);
  const { validBytes, tailBytes: tornBytes, baseBytes, isNewer } = decoder;
  return { records, validBytes, tornBytes, baseBytes, isNewer };
}
