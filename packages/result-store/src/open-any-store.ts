import { folderStore } from "./folder-store/folder-store.js";
import type { ResultStore } from "./result-store.js";
import type { S3StoreOptions } from "./s3-store/open-s3-store.js";

/**
 * The store at a location: `s3://bucket/prefix/`, or a folder. The AWS SDK is loaded for the former alone.
 *
 * @throws SpawnError `bad-arguments`, `permission-denied`, `store-failed`.
 */
export async function openAnyStore(location: string, options: S3StoreOptions): Promise<ResultStore> {
  if (!location.startsWith("s3://")) return folderStore(location);
  const { openS3Store } = await import("./s3-store/open-s3-store.js");
  return await openS3Store(location, options);
}
