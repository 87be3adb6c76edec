import { folderStore } from "./folder-store/folder-store.js";
import type { ResultStore } from "./result-store.js";
import type { S3StoreOptions } from "./s3-store/open-s3-store.js";
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

function s3Modules() {
  return Promise.all([import("./s3-store/results-bucket.js"), import("./s3-store/s3-client.js")]);
}
