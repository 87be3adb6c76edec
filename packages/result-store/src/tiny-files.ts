import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";

/** Files up to this size are read and written in one go, without giving up the event loop: cheaper, and short. */
export const TINY_BYTES = 64 * 1024;

/** Without `O_NONBLOCK` the opening of a FIFO would wait for a writer. */
export const READ_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The whole of a small file; `undefined` for one over 64 KiB.
 *
 * @throws the system's error; `EINVAL` for anything but a regular file.
 */
export function readTinyFile(path: string): Buffer | undefined {
  const file = openSync(path, READ_FLAGS);
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

/** Writes bytes to a file (0600 if new), opened with these flags. */
export function writeTinyFile(path: string, bytes: Uint8Array, flags: string | number): void {
  const file = openSync(path, flags, 0o600);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
  } finally {
    closeSync(file);
  }
}

/** @throws `EINVAL` for anything but a regular file. */
export function requireRegular(stats: { isFile(): boolean }, path: string): void {
  if (!stats.isFile())
    throw Object.assign(new Error(`EINVAL: not a regular file: ${path}`), { code: "EINVAL", path });
}
