import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import type PQueue from "p-queue";
import { isAbsent } from "./is-absent.js";
import type { ObjectAddress } from "./multipart-upload.js";
import { PART_BYTES } from "./parts.js";
import { awsFailureOf } from "./s3-errors.js";

/** Ranges of one object that are asked for ahead of the one that is being written. */
const AHEAD = 4;

export interface RangedSource {
  readonly client: S3Client;
  readonly object: ObjectAddress;
  /** Bounds how many ranges are on their way at once, of all downloads together. */
  readonly parts: PQueue;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The bytes of an object from `from` on, in order, fetched as ranges of which some are under way at once. All are of the
 * version that the first one found.
 *
 * @returns `undefined` when there is no such object
 */
export async function openRanges(
  source: RangedSource,
  from: number,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const first = await getRange(source, from, undefined);
  if (first === "missing") return undefined;
  if (first === "past the end") return emptiness();
  return ranges(source, first, from);
}

async function* emptiness(): AsyncGenerator<Uint8Array> {}

interface Range {
  readonly bytes: Uint8Array;
  /** Of the whole object. */
  readonly size: number;
  readonly etag: string | undefined;
}

async function* ranges(source: RangedSource, first: Range, from: number): AsyncGenerator<Uint8Array> {
  yield first.bytes;
  const starts: number[] = [];
  for (let start = from + first.bytes.length; start < first.size; start += PART_BYTES) starts.push(start);
  const ahead: Promise<Uint8Array>[] = [];
  const fetchNext = (): void => {
    const start = starts.shift();
    if (start === undefined) return;
    const range = source.parts.add(async () => {
      const got = await getRange(source, start, first.etag);
      if (typeof got === "string") throw new Error(`${source.object.Key} changed while it was fetched`);
      return got.bytes;
    });
    range.catch(() => undefined);
    ahead.push(range);
  };
  for (let index = 0; index < AHEAD; index += 1) fetchNext();
  for (let range = ahead.shift(); range !== undefined; range = ahead.shift()) {
    yield await range;
    fetchNext();
  }
}

async function getRange(
  { client, object, signal }: RangedSource,
  from: number,
  etag: string | undefined,
): Promise<Range | "missing" | "past the end"> {
  const command = new GetObjectCommand({
    ...object,
    Range: `bytes=${from}-${from + PART_BYTES - 1}`,
    ...(etag === undefined ? {} : { IfMatch: etag }),
  });
  try {
    return await rangeOf(
      await client.send(command, signal === undefined ? {} : { abortSignal: signal }),
      from,
    );
  } catch (error) {
    if (await isAbsent(client, object, error)) return "missing";
    if (awsFailureOf(error).status === 416) return "past the end";
    throw error;
  }
}

async function rangeOf(output: GetObjectCommandOutput, from: number): Promise<Range> {
  const bytes = (await output.Body?.transformToByteArray()) ?? new Uint8Array();
  const size = Number(/\/(\d+)$/.exec(output.ContentRange ?? "")?.[1] ?? from + bytes.length);
  return { bytes, size, etag: output.ETag };
}
