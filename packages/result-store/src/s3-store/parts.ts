import { createHash, type Hash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";

/** Bytes of one part of a large object, both ways. S3 allows 10,000 parts of at least 5 MiB. */
export const PART_BYTES = 8 * 1024 * 1024;
const MOST_PARTS = 10_000;

/** Bytes a part of an object of this size has. */
export function partBytesFor(size: number): number {
  const needed = Math.ceil(size / MOST_PARTS);
  return Math.max(PART_BYTES, Math.ceil(needed / 1_048_576) * 1_048_576);
}

export interface FilePart {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
  /** As S3 names a part that it holds: without server-side keys its ETag is the MD5. */
  readonly md5: string;
}

/**
 * Reads a file's parts one after the other, as the consumer takes them, and hashes the whole on the way.
 *
 * @throws Error when the file is shorter than `size`: it was changed meanwhile.
 */
export async function* fileParts(file: FileHandle, size: number, whole: Hash): AsyncGenerator<FilePart> {
  const partBytes = partBytesFor(size);
  for (let number = 1, from = 0; from < size; number += 1, from += partBytes) {
    const bytes = await readExactly(file, from, Math.min(partBytes, size - from));
    whole.update(bytes);
    yield { number, bytes, md5: createHash("md5").update(bytes).digest("hex") };
  }
}

/** @throws Error when the file ends before. */
export async function readExactly(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, from + done);
    if (bytesRead === 0) throw new Error(`the file became shorter while it was stored: ${from + done} bytes`);
    done += bytesRead;
  }
  return bytes;
}
