import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import type { ObjectAddress } from "./object-address.js";
import { awsFailureOf, isMissing } from "./s3-errors.js";

/**
 * Whether a look at an object failed because it is not there. S3 says so to those alone who may list the whole bucket, and
 * refuses all others (403). Whoever may list what begins with the object's key, as an instance may, finds out that way.
 */
export async function isAbsent(client: S3Client, object: ObjectAddress, error: unknown): Promise<boolean> {
  if (isMissing(error)) return true;
  if (awsFailureOf(error).status !== 403) return false;
  const { Key, ...bucket } = object;
  try {
    const { Contents = [] } = await client.send(
      new ListObjectsV2Command({ ...bucket, Prefix: Key, MaxKeys: 1 }),
    );
    // In the order of their keys: the object itself would be the first.
    return Contents[0]?.Key !== Key;
  } catch {
    return false;
  }
}
