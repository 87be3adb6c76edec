import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** Files up to this size are read and written in one go, without giving up the event loop: cheaper, and short. */
export const TINY_BYTES = 64 * 1024;
/** Hashing this much takes well under a millisecond. */
const CHUNK_BYTES = 256 * 1024;

/** Without `O_NONBLOCK` the opening of a FIFO would wait for a writer. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The whole of a small file; `undefined` for one over 64 KiB.
 *
 * @throws the system's error; `EINVAL` for anything but a regular file.
 */
export function readTinyFile(path: string): Buffer | undefined {
  const file = openSync(path, OPEN_FLAGS);
  try {
    const stats = fstatSync(file);
    requireRegular(stats, path);
    if (stats.size > TINY_BYTES) return undefined;
    const bytes = Buffer.allocUnsafe(stats.size);
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(file, bytes, filled, bytes.length - filled, filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}

/**
 * Opens a file of any size for reading.
 *
 * @throws the system's error; `EINVAL` for anything but a regular file.
 */
export async function openSource(
  path: string,
): Promise<{ readonly file: FileHandle; readonly size: number }> {
  const file = await open(path, OPEN_FLAGS);
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

function requireRegular(stats: { isFile(): boolean }, path: string): void {
  if (!stats.isFile())
    throw Object.assign(new Error(`EINVAL: not a regular file: ${path}`), { code: "EINVAL", path });
}
