import { createHash } from "node:crypto";
import { closeSync, fsync, openSync, rmSync, writeSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { promisify } from "node:util";
import type { StoredObject } from "../result-store.js";

const syncToDisk = promisify(fsync);

/** Bytes into a new file (0600), which is removed again if that fails. */
export async function writeNewFile(path: string, bytes: Uint8Array, durable: boolean): Promise<void> {
  const file = openSync(path, "wx", 0o600);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    if (durable) await syncToDisk(file);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

export interface StreamTarget {
  readonly path: string;
  readonly durable: boolean;
  readonly signal: AbortSignal | undefined;
  /** Wraps what writing throws; what reading throws passes as it is. */
  explain(error: unknown): unknown;
}

/** Chunks into a new file (0600), hashed on the way; the file is removed again if that fails. */
export async function streamToNewFile(
  chunks: AsyncIterable<Uint8Array>,
  target: StreamTarget,
): Promise<StoredObject> {
  const hash = createHash("sha256");
  const written = await appendChunks(chunks, target, "wx", (chunk) => hash.update(chunk));
  return { size: written, sha256: hash.digest("hex") };
}

/** Chunks behind a file's end. A failure leaves the beginning of what was to be added, or nothing of it. */
export async function appendToFile(chunks: AsyncIterable<Uint8Array>, target: StreamTarget): Promise<number> {
  return appendChunks(chunks, target, "a", () => {});
}

async function appendChunks(
  chunks: AsyncIterable<Uint8Array>,
  target: StreamTarget,
  flags: "wx" | "a",
  onChunk: (chunk: Uint8Array) => void,
): Promise<number> {
  const writing = async <T>(call: Promise<T>): Promise<T> =>
    call.catch((error: unknown) => {
      throw target.explain(error);
    });
  const file = await writing(open(target.path, flags, 0o600));
  let size = 0;
  try {
    for await (const chunk of chunks) {
      target.signal?.throwIfAborted();
      onChunk(chunk);
      for (let done = 0; done < chunk.length; ) {
        done += (await writing(file.write(chunk, done))).bytesWritten;
      }
      size += chunk.length;
    }
    if (target.durable) await writing(file.sync());
    return size;
  } catch (error) {
    if (flags === "wx") await rm(target.path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}
