import { type FileHandle, open } from "node:fs/promises";
import { READ_FLAGS, requireRegular } from "../tiny-files.js";

/** Hashing this much takes well under a millisecond. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Opens a file of any size for reading.
 *
 * @throws the system's error; `EINVAL` for anything but a regular file.
 */
export async function openSource(
  path: string,
): Promise<{ readonly file: FileHandle; readonly size: number }> {
  const file = await open(path, READ_FLAGS);
  try {
    const stats = await file.stat();
    requireRegular(stats, path);
    return { file, size: stats.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The bytes from `from` up to `to`, or to where the file ends. Each chunk is overwritten by the next one. */
export async function* chunksOf(file: FileHandle, from: number, to: number): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(CHUNK_BYTES, to - from)));
  for (let position = from; position < to; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, to - position), position);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    position += bytesRead;
  }
}
