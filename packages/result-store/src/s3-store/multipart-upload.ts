import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { OnBytes, StoredObject } from "../result-store.js";
import { type PartPlace, partBytesFor, partsOf, readExactly } from "./parts.js";
import { UNSIGNED, withPayloadHash } from "./payload-hash.js";
import type { TakenMemory, TransferMemory } from "./transfer-memory.js";

export interface MultipartTarget {
  readonly client: S3Client;
  /** `Bucket`, `Key`, `ExpectedBucketOwner`. */
  readonly object: ObjectAddress;
  /** Bounds how much is on its way at once, of all uploads together. */
  readonly memory: TransferMemory;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: OnBytes | undefined;
}

export interface ObjectAddress {
  readonly Bucket: string;
  readonly Key: string;
  readonly ExpectedBucketOwner: string;
}

/** What S3 says of a part that it holds. */
interface HeldPart {
  readonly ETag: string;
  /** Base64; a server that knows no checksums names none, and would not understand one in the completion. */
  readonly ChecksumCRC32?: string | undefined;
}

interface UploadedPart extends HeldPart {
  readonly PartNumber: number;
}

/**
 * Stores the first `size` bytes of a file in parts. Goes on with an upload of the same key that was broken off, by whomever:
 * parts that S3 already holds and that are what the file has there are not sent again. One that fails stays open for the next
 * try; the bucket's lifecycle removes what nobody goes on with.
 */
export async function uploadInParts(
  file: FileHandle,
  size: number,
  target: MultipartTarget,
): Promise<StoredObject> {
  const { client, object, memory, signal, onBytes } = target;
  const open = await findOpenUpload(target, partBytesFor(size));
  const UploadId = open?.id ?? (await createUpload(target));
  const upload = { ...object, UploadId };
  const whole = createHash("sha256");
  const done: Promise<UploadedPart>[] = [];
  const failed = new AbortController();
  const signals = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  try {
    for (const place of partsOf(size)) {
      // No part is read before there is room for it.
      const part = await memory.take(place.length);
      try {
        signals.throwIfAborted();
        await readExactly(file, place.from, part.bytes);
        whole.update(part.bytes);
      } catch (error) {
        part.drop();
        throw error;
      }
      const held = open?.parts.get(place.number);
      const sent = isHeld(part.bytes, held)
        ? keptPart(place, held, part)
        : sendPart(client, { ...upload, PartNumber: place.number }, part, signals);
      const told = sent.then((uploaded) => {
        // Whoever is told may want no more of it, and throws.
        onBytes?.(place.length);
        return uploaded;
      });
      // Seen where all are awaited; until then its failure only stops the rest.
      told.catch(() => failed.abort());
      done.push(told);
    }
    const Parts = await Promise.all(done);
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  } catch (error) {
    failed.abort();
    const ends = await Promise.allSettled(done);
    const first = ends.find((end) => end.status === "rejected" && !isAbort(end.reason));
    throw first?.status === "rejected" && signal?.aborted !== true ? first.reason : error;
  }
  return { size, sha256: whole.digest("hex") };
}

/** Whether a part that S3 names so is this one. Without server-side keys the name is the MD5. */
function isHeld(bytes: Buffer, held: HeldPart | undefined): held is HeldPart {
  return held !== undefined && held.ETag === `"${createHash("md5").update(bytes).digest("hex")}"`;
}

async function keptPart({ number }: PartPlace, held: HeldPart, part: TakenMemory): Promise<UploadedPart> {
  part.give();
  return { PartNumber: number, ...held };
}

async function sendPart(
  client: S3Client,
  place: ObjectAddress & { readonly UploadId: string; readonly PartNumber: number },
  part: TakenMemory,
  abortSignal: AbortSignal,
): Promise<UploadedPart> {
  const command = new UploadPartCommand({
    ...place,
    ChecksumCRC32: checksumOf(part.bytes),
    Body: part.bytes,
  });
  try {
    const { ETag = "", ChecksumCRC32 } = await client.send(withPayloadHash(command, UNSIGNED), {
      abortSignal,
    });
    part.give();
    return { PartNumber: place.PartNumber, ETag, ChecksumCRC32 };
  } catch (error) {
    part.drop();
    throw error;
  }
}

/** As S3 has it: big-endian, in base64. */
function checksumOf(bytes: Buffer): string {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(bytes));
  return checksum.toString("base64");
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

async function createUpload({ client, object }: MultipartTarget): Promise<string> {
  // Parts with checksums are complete only for an upload that was begun with them and is completed by them.
  const command = new CreateMultipartUploadCommand({ ...object, ChecksumAlgorithm: "CRC32" });
  const { UploadId } = await client.send(command);
  if (UploadId === undefined) throw new Error("S3 began an upload without an id");
  return UploadId;
}

/** The latest open upload of the key, if its parts are as long as ours, and them by number. */
async function findOpenUpload({ client, object }: MultipartTarget, partBytes: number) {
  const { Key, ...bucket } = object;
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ ...bucket, Prefix: Key }));
  const own = Uploads.filter((upload) => upload.Key === Key && upload.UploadId !== undefined);
  const latest = own.sort((a, b) => (b.Initiated?.getTime() ?? 0) - (a.Initiated?.getTime() ?? 0))[0];
  if (latest?.UploadId === undefined) return undefined;
  const parts = new Map<number, HeldPart>();
  let PartNumberMarker: string | undefined;
  do {
    const page = await client.send(
      new ListPartsCommand({ ...object, UploadId: latest.UploadId, PartNumberMarker }),
    );
    for (const { PartNumber, ETag, ChecksumCRC32, Size } of page.Parts ?? []) {
      if (PartNumber !== undefined && ETag !== undefined && (Size ?? 0) <= partBytes)
        parts.set(PartNumber, { ETag, ChecksumCRC32 });
    }
    PartNumberMarker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
  } while (PartNumberMarker !== undefined);
  return { id: latest.UploadId, parts };
}
