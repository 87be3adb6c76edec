import { SpawnError } from "@spawn/foundation";
import type { ResultStore } from "../result-store.js";
import { callerAccount } from "./caller-account.js";
import { type Patience, s3Client } from "./s3-client.js";
import { S3Store } from "./s3-store.js";

export interface S3StoreOptions {
  readonly patience: Patience;
  /** Default: as the SDK finds it. */
  readonly region?: string;
  /** The account that the bucket has to belong to; default: the caller's, which is asked for. */
  readonly account?: string;
}

/**
 * The store at `s3://bucket/prefix/`.
 *
 * @throws SpawnError `bad-arguments` for what is no such location, `permission-denied`, `store-failed`.
 */
export async function openS3Store(location: string, options: S3StoreOptions): Promise<ResultStore> {
  const { bucket, prefix } = parseS3Location(location);
  const account = options.account ?? (await callerAccount(options));
  return new S3Store({ client: s3Client(options), bucket, prefix, account });
}

/** @throws SpawnError `bad-arguments` */
export function parseS3Location(location: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket, path = ""] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(location) ?? [];
  const parts = path.split("/").filter((part) => part !== "");
  if (bucket !== undefined && !parts.includes(".") && !parts.includes("..")) {
    return { bucket, prefix: parts.map((part) => `${part}/`).join("") };
  }
  throw new SpawnError("bad-arguments", `${location} is no place in S3`, {
    hint: "Write s3://BUCKET/ or s3://BUCKET/PREFIX/, the bucket in lower-case letters, digits, '.' and '-'.",
  });
}
