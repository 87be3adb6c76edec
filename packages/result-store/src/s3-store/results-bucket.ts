import { setTimeout as wait } from "node:timers/promises";
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  HeadBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { SpawnError } from "@spawn/foundation";
import { awsFailureOf, explainedS3 } from "./s3-errors.js";

/** After so long nobody goes on with an upload that was broken off. */
const BROKEN_UPLOADS_KEPT_DAYS = 7;
const CONFLICTS_TRIED = 5;
const CONFLICT_WAIT_MS = 500;
/** The one region that a bucket is not told to be in. */
const DEFAULT_REGION = "us-east-1";

export interface BucketHome {
  readonly account: string;
  readonly region: string;
}

/** The account's bucket for results in a region, which may not be there yet. */
export interface FoundBucket {
  readonly name: string;
  readonly exists: boolean;
}

/**
 * Looks for the account's bucket for results, and makes none. Of a name that is not taken nobody knows whether the account
 * will get it until it is made.
 *
 * @throws SpawnError `permission-denied`, `store-failed`.
 */
export async function findResultsBucket(client: S3Client, home: BucketHome): Promise<FoundBucket> {
  const names = bucketNames(home);
  const owners: Owner[] = [];
  for (const name of names) {
    const owner = await ownerOf(client, name, home.account);
    if (owner === "caller") return { name, exists: true };
    owners.push(owner);
  }
  return { name: names[owners.indexOf("nobody")] ?? names[1], exists: false };
}

function bucketNames({ account, region }: BucketHome): readonly [string, string] {
  return [`spawn-results-${region}`, `spawn-results-${account}-${region}`];
}

/**
 * The account's bucket for results in this region: `spawn-results-<region>` where the account owns that name or can have it,
 * else `spawn-results-<account>-<region>`. Made where it is not there, with public access blocked, encrypted, and rid of broken
 * uploads after a week; one that is there is left as it is.
 *
 * @throws SpawnError `permission-denied`, `store-failed`.
 */
export async function resultsBucket(client: S3Client, home: BucketHome): Promise<string> {
  const found = await findResultsBucket(client, home);
  if (found.exists) return found.name;
  const names = bucketNames(home);
  for (const name of names) {
    if (await onceSettled(() => makeBucket(client, name, home))) return name;
  }
  return await explainedS3(`making ${names[1]}`, () =>
    Promise.reject(Object.assign(new Error("somebody else has the name"), { name: "AccessDenied" })),
  );
}

type Owner = "caller" | "nobody" | "somebody";

async function ownerOf(client: S3Client, Bucket: string, ExpectedBucketOwner: string): Promise<Owner> {
  try {
    await client.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner }));
    return "caller";
  } catch (error) {
    const { status } = awsFailureOf(error);
    if (status === 404) return "nobody";
    // Another account's, or one that this caller may not look at. Without a body S3 does not say more of one in another region
    // than that the request is bad.
    if (status === 403 || status === 301 || status === 400) return "somebody";
    return await explainedS3(`looking for ${Bucket}`, () => Promise.reject(error));
  }
}

/**
 * Does something with a bucket again while S3 says that somebody else is at it: two launches that both make it.
 */
async function onceSettled<Value>(action: () => Promise<Value>): Promise<Value> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await action();
    } catch (error) {
      const isBusy = error instanceof SpawnError && awsFailureOf(error.cause).name === "OperationAborted";
      if (!isBusy || tried === CONFLICTS_TRIED) throw error;
      await wait(CONFLICT_WAIT_MS * tried);
    }
  }
}

/** @returns whether the account has it now. */
async function makeBucket(
  client: S3Client,
  Bucket: string,
  { account, region }: BucketHome,
): Promise<boolean> {
  try {
    const LocationConstraint = region as BucketLocationConstraint;
    await client.send(
      new CreateBucketCommand({
        Bucket,
        ...(region === DEFAULT_REGION ? {} : { CreateBucketConfiguration: { LocationConstraint } }),
      }),
    );
  } catch (error) {
    const { name } = awsFailureOf(error);
    if (name === "BucketAlreadyExists") return false;
    // Somebody of this account was quicker, and sees to the rest.
    if (name === "BucketAlreadyOwnedByYou") return true;
    return await explainedS3(`making ${Bucket}`, () => Promise.reject(error));
  }
  await onceSettled(() => explainedS3(`protecting ${Bucket}`, () => protect(client, Bucket, account)));
  return true;
}

async function protect(client: S3Client, Bucket: string, ExpectedBucketOwner: string): Promise<void> {
  const bucket = { Bucket, ExpectedBucketOwner };
  await client.send(
    new PutPublicAccessBlockCommand({
      ...bucket,
      PublicAccessBlockConfiguration: {
        ...{ BlockPublicAcls: true, IgnorePublicAcls: true },
        ...{ BlockPublicPolicy: true, RestrictPublicBuckets: true },
      },
    }),
  );
  await client.send(
    new PutBucketEncryptionCommand({
      ...bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
    }),
  );
  await client.send(
    new PutBucketLifecycleConfigurationCommand({
      ...bucket,
      LifecycleConfiguration: {
        Rules: [
          {
            ID: "spawn-broken-uploads",
            Status: "Enabled",
            Filter: { Prefix: "" },
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: BROKEN_UPLOADS_KEPT_DAYS },
          },
        ],
      },
    }),
  );
}
