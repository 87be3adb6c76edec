import type { FileHandle } from "node:fs/promises";

/** Bytes of one part of a large object, both ways. S3 allows 10,000 parts of at least 5 MiB. */
export const PART_BYTES = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;

/** Bytes a part of an object of this size has. */
export function partBytesFor(size: number): number {
  const needed = Math.ceil(size / MOST_PARTS);
  return Math.max(PART_BYTES, Math.ceil(needed / 1_048_576) * 1_048_576);
}

export interface PartPlace {
  /** From 1. */
  readonly number: number;
  /** Its first byte. */
  readonly from: number;
  /** Bytes. */
  readonly length: number;
}

/** Where the parts of an object of this size are. */
export function* partsOf(size: number): Generator<PartPlace> {
  const partBytes = partBytesFor(size);
  for (let number = 1, from = 0; from < size; number += 1, from += partBytes) {
    yield { number, from, length: Math.min(partBytes, size - from) };
  }
}

/**
 * Fills `bytes` from a file.
 *
 * @throws Error when the file ends before: it was changed meanwhile.
 */
export async function readExactly(file: FileHandle, from: number, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, from + done);
    if (bytesRead === 0) throw new Error(`the file became shorter while it was stored: ${from + done} bytes`);
    done += bytesRead;
  }
}
