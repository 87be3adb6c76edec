import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import type { ObjectAddress } from "./object-address.js";

/** S3 copies no larger object with one call. */
export const MOST_COPIED_AT_ONCE = 5 * 1024 ** 3;
const COPIED_PART_BYTES = 1024 ** 3;

export interface CopySource extends ObjectAddress {
  readonly CopySource: string;
  readonly ExpectedSourceBucketOwner: string;
}

/** Copies an object of this size inside S3, part by part; a copy that fails leaves nothing open. */
export async function copyInParts(client: S3Client, copy: CopySource, size: number): Promise<void> {
  const { CopySource: _source, ExpectedSourceBucketOwner: _owner, ...object } = copy;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (let from = 0, PartNumber = 1; from < size; from += COPIED_PART_BYTES, PartNumber += 1) {
      const CopySourceRange = `bytes=${from}-${Math.min(from + COPIED_PART_BYTES, size) - 1}`;
      const command = new UploadPartCopyCommand({ ...copy, UploadId, PartNumber, CopySourceRange });
      Parts.push({ PartNumber, ETag: (await client.send(command)).CopyPartResult?.ETag });
    }
    await client.send(
      new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts } }),
    );
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ ...object, UploadId })).catch(() => undefined);
    throw error;
  }
}
