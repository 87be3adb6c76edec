import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  ListPartsCommand,
  type MultipartUpload,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { OnBytes, StoredObject } from "../result-store.js";
import type { ConditionFields } from "./conditional-writes.js";
import type { ObjectAddress } from "./object-address.js";
import { type PartPlace, partBytesFor, partsOf, readExactly } from "./parts.js";
import { UNSIGNED, withPayloadHash } from "./payload-hash.js";
import { awsFailureOf } from "./s3-errors.js";
import type { TakenMemory, TransferMemory } from "./transfer-memory.js";

/** Of each part, and so of the upload. */
const ALGORITHM = "CRC32";

export interface MultipartTarget {
  readonly client: S3Client;
  /** `Bucket`, `Key`, `ExpectedBucketOwner`. */
  readonly object: ObjectAddress;
  /** Bounds how much is on its way at once, of all uploads together. */
  readonly memory: TransferMemory;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: OnBytes | undefined;
  /** S3 completes the upload only where the object is what this says. */
  readonly condition?: ConditionFields;
}

export interface UploadedObject extends StoredObject {
  /** Its ETag. */
  readonly version: string;
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
 * try; the bucket's lifecycle removes what nobody goes on with. Where no next try could find it or complete it, it is ended.
 * Under a condition no upload is gone on with: it has to be known as one's own by its mark, which it has from its beginning.
 */
export async function uploadInParts(
  file: FileHandle,
  size: number,
  target: MultipartTarget,
): Promise<UploadedObject> {
  const { client, object, memory, signal, onBytes, condition } = target;
  const found = condition === undefined ? await findOpenUpload(target, partBytesFor(size)) : "not-told";
  const open = found === "not-told" ? undefined : found;
  const UploadId = open?.id ?? (await createUpload(target));
  const upload = { ...object, UploadId };
  const hash = createHash("sha256");
  let version: string;
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
        hash.update(part.bytes);
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
    const { Metadata: _mark, ...onlyIf } = condition ?? { Metadata: {} };
    const whole = { ...upload, ...onlyIf, MultipartUpload: { Parts } };
    version = (await client.send(new CompleteMultipartUploadCommand(whole))).ETag ?? "";
  } catch (error) {
    failed.abort();
    const ends = await Promise.allSettled(done);
    const first = ends.find((end) => end.status === "rejected" && !isAbort(end.reason));
    const reason: unknown = first?.status === "rejected" && signal?.aborted !== true ? first.reason : error;
    // Where S3 does not answer, its lifecycle sees to it.
    const isAnswered = awsFailureOf(reason).status !== undefined;
    if ((found === "not-told" && isAnswered) || isUnfit(reason))
      await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw reason;
  }
  return { size, sha256: hash.digest("hex"), version };
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

/** Whether S3 says that the parts do not belong to the upload as it was begun: no further try would complete it. */
function isUnfit(error: unknown): boolean {
  return /^Invalid(Part|PartOrder|Request)$/.test(awsFailureOf(error).name);
}

async function createUpload({ client, object, condition }: MultipartTarget): Promise<string> {
  const mark = condition === undefined ? {} : { Metadata: condition.Metadata };
  // Parts with checksums are complete only for an upload that was begun with them and is completed by them.
  const command = new CreateMultipartUploadCommand({ ...object, ...mark, ChecksumAlgorithm: ALGORITHM });
  const { UploadId } = await client.send(command);
  if (UploadId === undefined) throw new Error("S3 began an upload without an id");
  return UploadId;
}

/**
 * The latest open upload of the key, if its parts are as long as ours, and them by number. `not-told` where the caller may not
 * list uploads: S3 knows no key of a policy that would let somebody list those below one prefix.
 */
async function findOpenUpload({ client, object }: MultipartTarget, partBytes: number) {
  const { Key, ...bucket } = object;
  const uploads = await openUploads(client, { ...bucket, Prefix: Key });
  if (uploads === "not-told") return uploads;
  const own = uploads.filter(
    ({ ChecksumAlgorithm = ALGORITHM, ...upload }) =>
      upload.Key === Key && upload.UploadId !== undefined && ChecksumAlgorithm === ALGORITHM,
  );
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

async function openUploads(
  client: S3Client,
  place: ListMultipartUploadsCommandInput,
): Promise<readonly MultipartUpload[] | "not-told"> {
  try {
    return (await client.send(new ListMultipartUploadsCommand(place))).Uploads ?? [];
  } catch (error) {
    if (awsFailureOf(error).status === 403) return "not-told";
    throw error;
  }
}
