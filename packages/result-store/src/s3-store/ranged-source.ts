import type { S3Client } from "@aws-sdk/client-s3";
import type { Connections } from "./connections.js";
import type { ObjectAddress } from "./object-address.js";
import type { TransferMemory } from "./transfer-memory.js";

/** An object that is to be fetched, and what that may use. */
export interface RangedSource {
  readonly client: S3Client;
  readonly object: ObjectAddress;
  /** Bytes of the whole object, where they are known before. */
  readonly size: number | undefined;
  /** Of all downloads together. */
  readonly connections: Connections;
  /** For ranges that come before their turn, of all downloads together. */
  readonly memory: TransferMemory;
  readonly signal?: AbortSignal | undefined;
}
