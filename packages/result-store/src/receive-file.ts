import { createHash, type Hash } from "node:crypto";
import { constants, createReadStream, renameSync, rmSync } from "node:fs";
import { type FileHandle, lstat, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errnoOf, SpawnError } from "@spawn/foundation";
import type { GetOptions, StoredObject } from "./result-store.js";
import { explainStoreError } from "./store-errors.js";
import { TINY_BYTES, writeTinyFile } from "./tiny-files.js";

/** Bytes that are written and hashed at once: what comes from a network comes in small pieces. */
const BLOCK_BYTES = 256 * 1024;

const WRITE_FLAGS = constants.O_WRONLY | constants.O_NOFOLLOW;

/**
 * The bytes of an object from `from` on; `undefined` when there is no such object. A chunk may be overwritten once the next
 * one is asked for.
 */
export type OpenObject = (
  from: number,
) => Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array> | undefined>;

/**
 * The receiving half of `ResultStore.getFile`, the same for every store: into a temporary name, continued where an
 * earlier try stopped, verified, then renamed. The temporary file is opened without following links.
 */
export async function receiveFile(
  key: string,
  path: string,
  options: GetOptions,
  openObject: OpenObject,
): Promise<StoredObject | undefined> {
  const partial = options.partial ?? partialName(path, options.expect);
  try {
    if (options.expect !== undefined && options.expect.size <= TINY_BYTES) {
      const tiny = await receiveTiny(key, path, partial, options.expect, openObject);
      if (tiny !== undefined) options.onBytes?.(tiny.size);
      return tiny;
    }
    const resumed = options.expect === undefined ? 0 : await resumableBytes(partial, options.expect);
    const received = await receive(partial, resumed, options, openObject);
    if (received === undefined) return undefined;
    if (options.expect !== undefined && !matches(received, options.expect)) {
      await rm(partial, { force: true });
      // What was there may have been bad, rather than what came: once more from the start.
      options.onBytes?.(-received.size);
      if (resumed > 0) return receiveFile(key, path, options, openObject);
      throw mismatch(key, received, options.expect);
    }
    await rename(partial, path);
    return received;
  } catch (error) {
    if (options.expect === undefined) await rm(partial, { force: true });
    throw explainStoreError(error, `fetching ${key}`, path);
  }
}

/** Not worth continuing, and not worth going through the event loop for each step. */
async function receiveTiny(
  key: string,
  path: string,
  partial: string,
  expect: StoredObject,
  openObject: OpenObject,
): Promise<StoredObject | undefined> {
  const chunks = await openObject(0);
  if (chunks === undefined) return undefined;
  const bytes = await collect(chunks, expect.size);
  const received = { size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  if (!matches(received, expect)) throw mismatch(key, received, expect);
  try {
    writeTinyFile(partial, bytes, WRITE_FLAGS | constants.O_CREAT | constants.O_TRUNC);
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
  return received;
}

/** All bytes, or just more than expected: what is too large is not the right one, however large it is. */
async function collect(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  expectedBytes: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk.slice());
    size += chunk.length;
    if (size > expectedBytes) break;
  }
  return Buffer.concat(parts);
}

/** The same for the same file and content, so that a later try finds it. */
function partialName(path: string, expect: StoredObject | undefined): string {
  const id = createHash("sha256")
    .update(`${basename(path)}\0${expect?.sha256 ?? ""}`)
    .digest("hex");
  return join(dirname(path), `.${id.slice(0, 32)}.partial`);
}

async function resumableBytes(partial: string, expect: StoredObject): Promise<number> {
  try {
    const stats = await lstat(partial);
    if (stats.isFile() && stats.size <= expect.size) return stats.size;
    await rm(partial, { force: true });
    return 0;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return 0;
    throw error;
  }
}

async function receive(
  partial: string,
  resumed: number,
  options: GetOptions,
  openObject: OpenObject,
): Promise<StoredObject | undefined> {
  const chunks = await openObject(resumed);
  if (chunks === undefined) return undefined;
  const hash = createHash("sha256");
  const beginning = resumed > 0 ? constants.O_APPEND : constants.O_CREAT | constants.O_TRUNC;
  let file: FileHandle;
  try {
    if (resumed > 0) await hashFile(partial, hash);
    file = await open(partial, WRITE_FLAGS | beginning, 0o600);
  } catch (error) {
    // What is open at the other end is closed by this.
    for await (const _chunk of chunks) break;
    throw error;
  }
  try {
    const size = await writeChunks(file, chunks, hash, resumed, options);
    return { size, sha256: hash.digest("hex") };
  } finally {
    await file.close();
  }
}

async function writeChunks(
  file: FileHandle,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  hash: Hash,
  resumed: number,
  { signal, expect, onBytes }: GetOptions,
): Promise<number> {
  let size = resumed;
  onBytes?.(resumed);
  for await (const block of blocks(chunks)) {
    signal?.throwIfAborted();
    hash.update(block);
    for (let done = 0; done < block.length; ) done += (await file.write(block, done)).bytesWritten;
    size += block.length;
    onBytes?.(block.length);
    if (expect !== undefined && size > expect.size) break;
  }
  return size;
}

/** Small chunks together, large ones as they are; what came before a failure, too. */
async function* blocks(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let block: Buffer | undefined;
  let filled = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const chunk of chunks) {
      if (block !== undefined && filled > 0 && filled + chunk.length > BLOCK_BYTES) {
        yield block.subarray(0, filled);
        filled = 0;
      }
      if (chunk.length >= BLOCK_BYTES) {
        yield chunk;
        continue;
      }
      block ??= Buffer.allocUnsafe(BLOCK_BYTES);
      block.set(chunk, filled);
      filled += chunk.length;
    }
  } catch (error) {
    failure = { error };
  }
  if (block !== undefined && filled > 0) yield block.subarray(0, filled);
  if (failure !== undefined) throw failure.error;
}

/** Adds a file's bytes to a hash. */
async function hashFile(path: string, hash: Hash): Promise<void> {
  for await (const chunk of createReadStream(path)) hash.update(chunk);
}

/** Size and hash of a file, read as a stream. */
export async function describeFile(path: string): Promise<StoredObject> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest("hex") };
}

function matches(received: StoredObject, expect: StoredObject): boolean {
  return received.size === expect.size && received.sha256 === expect.sha256;
}

function mismatch(key: string, received: StoredObject, expect: StoredObject): SpawnError {
  const wrong = difference(received, expect);
  return new SpawnError("verification-failed", `${key} is damaged: ${wrong}`, {
    hint: "Run the same command again; if it stays so, the stored object is damaged and the job must run again.",
  });
}

function difference(received: StoredObject, expect: StoredObject): string {
  if (received.size > expect.size) return `it has more than ${expect.size} bytes`;
  if (received.size < expect.size) return `it has ${received.size} bytes, not ${expect.size}`;
  return `its sha256 is ${received.sha256}, not ${expect.sha256}`;
}
