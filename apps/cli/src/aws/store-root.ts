import type { QueueSpec, Settings } from "@spawn/config-schema";
import type { Ec2Access } from "./ec2-access.js";

/** `s3://bucket/prefix/` of a bucket and what keys begin with there, with or without slashes at its ends. */
export function storeRootFrom(bucket: string, prefix = ""): string {
  const bare = prefix.replace(/^\/+|\/+$/g, "");
  return `s3://${bucket}/${bare === "" ? "" : `${bare}/`}`;
}

/** Where the results of a queue on EC2 go. */
export interface StorePlace {
  /** `s3://bucket/prefix/` */
  readonly storeRoot: string;
  /** Whether its bucket is the account's own, and not made yet. */
  readonly isMissing: boolean;
  /** As it was said, or empty. */
  readonly prefix: string;
}

type Named = Pick<QueueSpec, "resultS3Bucket" | "resultS3Prefix">;

/**
 * The bucket and prefix that the queue file names, else those of the settings, else the account's own bucket in the region.
 *
 * @param spec the queue file, where there is one
 */
export async function storePlace(access: Ec2Access, spec: Named, settings: Settings): Promise<StorePlace> {
  const bucket = spec.resultS3Bucket ?? settings.resultS3Bucket;
  // A prefix belongs to the bucket that it is said with.
  const prefix =
    spec.resultS3Bucket === undefined
      ? (spec.resultS3Prefix ?? settings.resultS3Prefix)
      : spec.resultS3Prefix;
  if (bucket !== undefined)
    return { storeRoot: storeRootFrom(bucket, prefix), isMissing: false, prefix: prefix ?? "" };
  const { name, exists } = await access.defaultBucket();
  return { storeRoot: storeRootFrom(name, prefix), isMissing: !exists, prefix: prefix ?? "" };
}

/** The same place, its bucket there for certain. */
export async function madePlace(
  access: Ec2Access,
  { storeRoot, isMissing, prefix }: StorePlace,
): Promise<string> {
  return isMissing ? storeRootFrom(await access.makeDefaultBucket(), prefix) : storeRoot;
}
