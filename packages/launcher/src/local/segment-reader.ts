import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { errnoOf, explainFileError } from "@spawn/foundation";
import { JournalDecoder, type JournalRecord } from "@spawn/status-model";

/** A segment of the journal, open for one look. */
export interface OpenSegment {
  readonly path: string;
  readonly fd: number;
  /** What tells it from the segment that had its name before. */
  readonly inode: number;
  readonly size: number;
}

/**
 * Opens a segment while `use` looks at it.
 *
 * @returns `undefined` where there is no such file
 * @throws SpawnError `permission-denied`
 */
export function withSegment<T>(path: string, use: (segment: OpenSegment) => T): T | undefined {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw explainFileError(error, "cannot read the journal", path);
  }
  try {
    const { ino: inode, size } = fstatSync(fd);
    return use({ path, fd, inode, size });
  } finally {
    closeSync(fd);
  }
}

/** Reads one segment while it grows. */
export class SegmentReader {
  /** Of the file that is read. */
  readonly inode: number;
  readonly #decoder: JournalDecoder;
  #offset = 0;
  #number = 1;

  constructor({ inode, path }: OpenSegment) {
    this.inode = inode;
    this.#decoder = new JournalDecoder(path);
  }

  /** Its number, from 1; known once its first record has been read. */
  get number(): number {
    return this.#number;
  }

  /**
   * What has come since the last call.
   *
   * @throws SpawnError `journal-damaged`; Error when it is shorter than it was
   */
  read({ fd, size }: OpenSegment): readonly JournalRecord[] {
    if (size < this.#offset) throw new Error("the journal is shorter than it was");
    const isFirst = this.#decoder.validBytes === this.#decoder.baseBytes;
    const bytes = readBytes(fd, this.#offset, size);
    this.#offset += bytes.length;
    const records = this.#decoder.push(bytes);
    const first = isFirst ? records[0]?.event : undefined;
    if (first?.type === "snapshot") this.#number = first.segment;
    return records;
  }
}

function readBytes(fd: number, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(to - from);
  let length = 0;
  while (length < bytes.length) {
    const read = readSync(fd, bytes, length, bytes.length - length, from + length);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}
