import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { openSource } from "../folder-store/source-file.js";
import type { OnBytes } from "../result-store.js";
import { uploadInParts } from "./multipart-upload.js";
import type { ObjectAddress } from "./object-address.js";
import { PART_BYTES, readExactly } from "./parts.js";
import { TransferMemory } from "./transfer-memory.js";

/** Parts that are on their way at once. */
const PARTS_AT_ONCE = 4;

/** @throws the SDK's error, or the system's. */
export async function putLargeFile(
  client: S3Client,
  object: ObjectAddress,
  path: string,
  onBytes: OnBytes,
): Promise<void> {
  const { file, size } = await openSource(path);
  try {
    if (size > PART_BYTES) {
      const memory = new TransferMemory(PARTS_AT_ONCE * PART_BYTES, PART_BYTES);
      await uploadInParts(file, size, { client, object, memory, onBytes });
      return;
    }
    const Body = Buffer.alloc(size);
    await readExactly(file, 0, Body);
    await client.send(new PutObjectCommand({ ...object, Body }));
    onBytes(size);
  } finally {
    await file.close();
  }
}
