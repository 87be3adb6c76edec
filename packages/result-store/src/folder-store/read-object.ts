import { type BigIntStats, closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { errnoOf } from "@spawn/foundation";
import type { ByteRange, ObjectLook } from "../result-store.js";
import { readTinyFile } from "../tiny-files.js";
import { chunksOf, openSource } from "./source-file.js";

/** The bytes of a range; `undefined` when there is no such file. */
export function readObject(path: string, range: ByteRange): Uint8Array | undefined {
  const file = unlessMissing(() => openSync(path, "r"));
  if (file === undefined) return undefined;
  try {
    const size = fstatSync(file).size;
    const { from = 0, to = size, last } = range;
    const first = last === undefined ? Math.min(from, size) : Math.max(0, size - last);
    return readRange(file, first, Math.min(to, size));
  } finally {
    closeSync(file);
  }
}

/** Every put makes a new file, so that inode, time and size tell its version. */
export function lookAtObject(path: string, known: string | undefined): ObjectLook {
  const file = unlessMissing(() => openSync(path, "r"));
  if (file === undefined) return { kind: "none" };
  try {
    const stats = fstatSync(file, { bigint: true });
    const { mtimeNs, size } = stats;
    const version = versionIn(stats);
    if (version === known) return { kind: "unchanged" };
    const bytes = readRange(file, 0, Number(size));
    return { kind: "changed", bytes, version, modifiedMs: Number(mtimeNs / 1_000_000n) };
  } finally {
    closeSync(file);
  }
}

/** As `lookAtObject` tells it; `undefined` when there is no such file. */
export function versionAt(path: string): string | undefined {
  return unlessMissing(() => versionIn(statSync(path, { bigint: true })));
}

function versionIn({ ino, mtimeNs, size }: BigIntStats): string {
  return `${ino}-${mtimeNs}-${size}`;
}

function readRange(file: number, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, to - from));
  let filled = 0;
  while (filled < bytes.length) {
    const count = readSync(file, bytes, filled, bytes.length - filled, from + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

/** The bytes from `from` on, as a stream; `undefined` when there is no such file. */
export async function streamObject(
  path: string,
  from: number,
): Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array> | undefined> {
  return unlessMissing(() => {
    const tiny = readTinyFile(path);
    return tiny === undefined ? streamFile(path, from) : [tiny.subarray(from)];
  });
}

/** Opens the file when it is read from, so that nobody has to close what was never used. */
async function* streamFile(path: string, from: number): AsyncGenerator<Uint8Array> {
  const { file, size } = await openSource(path);
  try {
    yield* chunksOf(file, from, size);
  } finally {
    await file.close();
  }
}

function unlessMissing<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}
