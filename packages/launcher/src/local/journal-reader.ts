import type { InstanceLayout } from "@spawn/attempt-runner";
import type { JournalRecord } from "@spawn/status-model";
import { type OpenSegment, SegmentReader, withSegment } from "./segment-reader.js";

/**
 * Follows a journal from one segment to the next. It begins with the segment in force, so with a snapshot where there is
 * one; from then on no record is missed, however many segments have begun between two looks.
 */
export class JournalReader {
  readonly #layout: InstanceLayout;
  #segment: SegmentReader | undefined;

  constructor(layout: InstanceLayout) {
    this.#layout = layout;
  }

  /** Whether anything was there to be read. */
  get hasBegun(): boolean {
    return this.#segment !== undefined;
  }

  /**
   * What has come since the last call.
   *
   * @throws SpawnError `journal-damaged`, `permission-denied`; Error when what was read is no longer there. A new reader
   * may then begin again.
   */
  read(): readonly JournalRecord[] {
    return withSegment(this.#layout.journal, (inForce) => this.#follow(inForce)) ?? [];
  }

  #follow(inForce: OpenSegment): readonly JournalRecord[] {
    const known = this.#segment;
    if (known?.inode === inForce.inode) return known.read(inForce);
    const next = new SegmentReader(inForce);
    const records = next.read(inForce);
    const passed = known === undefined ? [] : this.#readPassed(known, next.number);
    this.#segment = next;
    return [...passed, ...records];
  }

  /** The rest of the segment that was in force at the last look, and those that came and went since. */
  #readPassed(known: SegmentReader, until: number): readonly JournalRecord[] {
    const records: JournalRecord[] = [];
    for (let number = known.number; number < until; number += 1) {
      const passed = withSegment(this.#layout.journalSegment(number), (segment) => {
        const reader = number === known.number ? known : new SegmentReader(segment);
        if (reader.inode !== segment.inode) throw new Error(`segment ${number} of the journal was replaced`);
        return reader.read(segment);
      });
      if (passed === undefined) throw new Error(`segment ${number} of the journal is gone`);
      for (const record of passed) records.push(record);
    }
    return records;
  }
}
