import { HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { isAbsent } from "./is-absent.js";
import type { ObjectAddress } from "./object-address.js";

export interface SeenObject {
  /** Bytes. */
  readonly size: number;
  /** Its ETag, as S3 writes it. */
  readonly version: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What S3 says of an object without its bytes; `undefined` when there is none. */
export async function lookAt(client: S3Client, object: ObjectAddress): Promise<SeenObject | undefined> {
  try {
    const { ContentLength = 0, ETag, Metadata = {} } = await client.send(new HeadObjectCommand(object));
    return { size: ContentLength, version: ETag, metadata: Metadata };
  } catch (error) {
    if (await isAbsent(client, object, error)) return undefined;
    throw error;
  }
}
