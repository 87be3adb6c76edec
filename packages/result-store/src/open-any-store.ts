import { folderStore } from "./folder-store/folder-store.js";
import type { OnBytes, ResultStore } from "./result-store.js";
import type { S3StoreOptions } from "./s3-store/open-s3-store.js";
import type { putLargeFile } from "./s3-store/put-large-file.js";
import type { BucketHome, FoundBucket } from "./s3-store/results-bucket.js";
import type { Patience } from "./s3-store/s3-client.js";

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

interface AccountBucketOptions extends BucketHome {
  readonly patience: Patience;
}

/** See `findResultsBucket`. @throws SpawnError `permission-denied`, `store-failed`. */
export async function findAccountBucket(options: AccountBucketOptions): Promise<FoundBucket> {
  const [{ findResultsBucket }, { s3Client }] = await s3Modules();
  return await findResultsBucket(s3Client(options), options);
}

/** See `resultsBucket`. Returns its name. @throws SpawnError `permission-denied`, `store-failed`. */
export async function makeAccountBucket(options: AccountBucketOptions): Promise<string> {
  const [{ resultsBucket }, { s3Client }] = await s3Modules();
  return await resultsBucket(s3Client(options), options);
}

/**
 * Stores a file of any size as an object that is in no result store, in parts where it is large. One that is broken off is gone
 * on with by the next call for the same object.
 *
 * @param client an S3 client
 * @throws the SDK's error, or the system's.
 */
export async function putFileInBucket(
  client: Parameters<PutLargeFile>[0],
  object: Parameters<PutLargeFile>[1],
  path: string,
  onBytes: OnBytes,
): Promise<void> {
  const { putLargeFile } = await import("./s3-store/put-large-file.js");
  await putLargeFile(client, object, path, onBytes);
}

type PutLargeFile = typeof putLargeFile;

function s3Modules() {
  return Promise.all([import("./s3-store/results-bucket.js"), import("./s3-store/s3-client.js")]);
}
