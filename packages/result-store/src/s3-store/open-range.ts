import { addAbortSignal, type Readable } from "node:stream";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { ObjectAddress } from "./object-address.js";

/** A range of an object whose bytes are coming. Whoever does not read it to its end destroys the body. */
export interface OpenRange {
  readonly body: Readable;
  /** Bytes that are coming. */
  readonly length: number;
  /** Bytes of the whole object. */
  readonly size: number;
  readonly etag: string | undefined;
}

interface RangeOptions {
  /** `bytes=…`; without it the whole. */
  readonly range: string | undefined;
  /** Of this version alone. */
  readonly etag?: string | undefined;
  readonly signal: AbortSignal | undefined;
}

export async function openRangeOf(
  client: S3Client,
  object: ObjectAddress,
  { range, etag, signal }: RangeOptions,
): Promise<OpenRange> {
  const command = new GetObjectCommand({
    ...object,
    ...(range === undefined ? {} : { Range: range }),
    ...(etag === undefined ? {} : { IfMatch: etag }),
  });
  const output = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
  const length = output.ContentLength ?? 0;
  const size = Number(/\/(\d+)$/.exec(output.ContentRange ?? "")?.[1] ?? length);
  // On Node a body is a stream of Node's.
  const body = output.Body as Readable;
  if (signal !== undefined) addAbortSignal(signal, body);
  return { body, length, size, etag: output.ETag };
}
