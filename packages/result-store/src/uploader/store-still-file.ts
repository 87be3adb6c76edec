import { statSync } from "node:fs";
import { type FoundFile, foundFile, sameStamp } from "../matching/found-file.js";
import type { ResultStore, StoredObject } from "../result-store.js";

/** How often a file that changes while it is read is read again. */
const TRIES = 3;

export interface StoredFile extends StoredObject {
  /** The file as it was when its bytes were read. */
  readonly file: FoundFile;
  /** The file changed during every try: what is stored may be neither its old nor its new content. */
  readonly torn: boolean;
}

/**
 * Stores a file that should not change meanwhile, and looks whether it did. Whatever the outcome, size and hash are
 * those of the stored bytes.
 */
export async function storeStillFile(
  store: ResultStore,
  key: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<StoredFile> {
  for (let tries = 1; ; tries += 1) {
    const file = foundFile(path, statSync(path));
    const stored = await store.putFile(key, path, signal === undefined ? {} : { signal });
    const after = foundFile(path, statSync(path));
    const torn = !sameStamp(file.stamp, after.stamp) || stored.size !== after.stamp.size;
    if (!torn || tries === TRIES) return { ...stored, file, torn };
  }
}
