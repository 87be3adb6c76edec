import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  CreateBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { findAccountBucket, makeAccountBucket } from "../open-any-store.js";
import { type MotoServer, motoIsMissing, startMoto } from "../testing/moto-server.js";
import { resultStoreContract } from "../testing/result-store-contract.js";
import { openS3Store, parseS3Location } from "./open-s3-store.js";
import { PART_BYTES } from "./parts.js";
import { resultsBucket } from "./results-bucket.js";
import { s3Client } from "./s3-client.js";
import { S3Store } from "./s3-store.js";

const REGION = "us-east-1";

describe.skipIf(motoIsMissing())("against moto", () => {
  let moto: MotoServer;
  let client: S3Client;

  beforeAll(async () => {
    moto = await startMoto();
    vi.stubEnv("AWS_ENDPOINT_URL", moto.endpoint);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    vi.stubEnv("AWS_REGION", REGION);
    client = s3Client({ patience: "person" });
    completeOnCondition(client);
    await client.send(new CreateBucketCommand({ Bucket: "results" }));
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    client.destroy();
    await moto.stop();
  });

  resultStoreContract("the S3 store", async () => {
    const parts = { client, bucket: "results", prefix: `${randomUUID()}/`, account: moto.account };
    const store = new S3Store(parts);
    const remove = async (): Promise<void> => {
      for await (const { key } of store.list("")) await store.remove(key);
    };
    return { store, again: () => new S3Store(parts), remove };
  });

  describe("the account's results bucket", () => {
    test("is made once, closed to the public, encrypted, and rid of broken uploads", async () => {
      const home = { patience: "person", account: moto.account, region: REGION } as const;
      const Bucket = `spawn-results-${REGION}`;
      expect(await findAccountBucket(home)).toEqual({ name: Bucket, exists: false });
      await expect(client.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({
        name: "NotFound",
      });
      expect(await makeAccountBucket(home)).toBe(Bucket);
      expect(await findAccountBucket(home)).toEqual({ name: Bucket, exists: true });
      const access = await client.send(new GetPublicAccessBlockCommand({ Bucket }));
      expect(Object.values(access.PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
      const encryption = await client.send(new GetBucketEncryptionCommand({ Bucket }));
      expect(encryption.ServerSideEncryptionConfiguration?.Rules).toHaveLength(1);
      const lifecycle = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
      expect(lifecycle.Rules?.[0]?.AbortIncompleteMultipartUpload).toEqual({ DaysAfterInitiation: 7 });
      expect(await makeAccountBucket(home)).toBe(Bucket);
    });

    test("has the account in its name where somebody else has the short one", async () => {
      const region = "eu-west-1";
      const other = strictClient(region);
      await other.send(
        new CreateBucketCommand({
          Bucket: `spawn-results-${region}`,
          CreateBucketConfiguration: { LocationConstraint: region },
        }),
      );
      const account = "999999999999";
      other.middlewareStack.add(
        (next, context) => async (args) => {
          const { Bucket } = args.input as { Bucket?: string };
          const isShort = Bucket === `spawn-results-${region}`;
          if (context.commandName !== "CreateBucketCommand" || !isShort) return next(args);
          throw Object.assign(new Error("taken"), { name: "BucketAlreadyExists" });
        },
        { step: "initialize" },
      );
      const name = `spawn-results-${account}-${region}`;
      await expect(resultsBucket(other, { account, region })).rejects.toMatchObject({
        message: expect.stringContaining(`protecting ${name}`),
      });
    });
  });

  describe("an upload that was broken off", () => {
    test("goes on with the parts that S3 has, and sends the others alone", async () => {
      const folder = mkdtempSync(join(tmpdir(), "spawn-s3-"));
      const path = join(folder, "big");
      const big = Buffer.alloc(3 * PART_BYTES + 17);
      for (let at = 0; at < big.length; at += 4096) big.writeUInt32LE(at, Math.min(at, big.length - 4));
      writeFileSync(path, big);
      const sent: number[] = [];
      const held: number[] = [];
      let failing = true;
      const flaky = s3Client({ patience: "person" });
      flaky.middlewareStack.add(
        (next, context) => async (args) => {
          if (context.commandName === "UploadPartCommand") {
            const { PartNumber } = args.input as { PartNumber: number };
            if (failing && PartNumber === 3) {
              await vi.waitFor(() => expect(held).toContain(2), { timeout: 20_000 });
              throw Object.assign(new Error("cut"), { name: "ECONNRESET" });
            }
            sent.push(PartNumber);
            const answer = await next(args);
            held.push(PartNumber);
            return answer;
          }
          return next(args);
        },
        { step: "initialize" },
      );
      const store = new S3Store({ client: flaky, bucket: "results", prefix: "", account: moto.account });
      await expect(store.putFile("q/big", path)).rejects.toMatchObject({ code: "store-failed" });
      const before = sent.length;
      failing = false;
      const stored = await store.putFile("q/big", path);
      expect(sent.slice(before)).not.toContain(2);
      expect(sent.slice(before)).toContain(3);
      await store.getFile("q/big", join(folder, "got"), { expect: stored });
      const open = await client.send(new ListMultipartUploadsCommand({ Bucket: "results" }));
      expect(open.Uploads ?? []).toEqual([]);
      rmSync(folder, { recursive: true });
    });
  });

  describe("a connection that is lost within an object", () => {
    /** Bodies that break off after so many bytes. */
    async function* brokenOff(body: AsyncIterable<Uint8Array>, after: number): AsyncGenerator<Uint8Array> {
      let left = after;
      for await (const chunk of body) {
        yield chunk.subarray(0, left);
        left -= chunk.length;
        if (left <= 0) throw Object.assign(new Error("cut"), { code: "ECONNRESET" });
      }
    }

    /** A store whose answers break off, and where the ranges began that it was asked for. */
    function brittleStore(after: number): { readonly store: S3Store; readonly begun: number[] } {
      const begun: number[] = [];
      const brittle = s3Client({ patience: "person" });
      brittle.middlewareStack.add(
        (next, context) => async (args) => {
          const answer = await next(args);
          if (context.commandName !== "GetObjectCommand") return answer;
          const { Range = "bytes=0-" } = args.input as { Range?: string };
          begun.push(Number(/\d+/.exec(Range)?.[0]));
          const output = answer.output as { Body: unknown };
          output.Body = Readable.from(brokenOff(output.Body as Readable, after));
          return answer;
        },
        { step: "initialize" },
      );
      return {
        store: new S3Store({ client: brittle, bucket: "results", prefix: "", account: moto.account }),
        begun,
      };
    }

    test("is made anew where it was, as long as anything comes", async () => {
      const folder = mkdtempSync(join(tmpdir(), "spawn-s3-"));
      const bytes = randomBytes(2 * PART_BYTES + 17);
      const { store, begun } = brittleStore(PART_BYTES / 2 + 1);
      const stored = await store.putBytes("q/brittle", bytes);
      await store.getFile("q/brittle", join(folder, "got"), { expect: stored });
      expect(readFileSync(join(folder, "got")).equals(bytes)).toBe(true);
      expect(begun).toContain(PART_BYTES / 2 + 1);
      rmSync(folder, { recursive: true });
    });

    test("and brings nothing at all, ends the download with what is wrong", async () => {
      const folder = mkdtempSync(join(tmpdir(), "spawn-s3-"));
      const { store, begun } = brittleStore(0);
      const stored = await store.putBytes("q/barren", randomBytes(100_000));
      const got = store.getFile("q/barren", join(folder, "got"), { expect: stored });
      await expect(got).rejects.toMatchObject({ code: "store-failed" });
      expect(begun.every((from) => from === 0)).toBe(true);
      rmSync(folder, { recursive: true });
    });
  });

  /** As S3 does, and moto does not: an upload in parts is completed on its condition. */
  function completeOnCondition(strict: S3Client): void {
    strict.middlewareStack.add(
      (next, context) => async (args) => {
        const { IfMatch, Bucket, Key } = args.input as { IfMatch?: string; Bucket: string; Key: string };
        if (context.commandName !== "CompleteMultipartUploadCommand" || IfMatch === undefined)
          return next(args);
        const { ETag } = await strict.send(new HeadObjectCommand({ Bucket, Key }));
        if (ETag === IfMatch) return next(args);
        throw Object.assign(new Error("condition"), {
          name: "PreconditionFailed",
          $metadata: { httpStatusCode: 412 },
        });
      },
      { step: "initialize" },
    );
  }

  /** As S3 is, and moto is not: a bucket that has to belong to somebody else is refused. */
  function strictClient(region: string): S3Client {
    const strict = s3Client({ patience: "person", region });
    strict.middlewareStack.add(
      (next) => async (args) => {
        const { ExpectedBucketOwner = moto.account } = args.input as { ExpectedBucketOwner?: string };
        if (ExpectedBucketOwner === moto.account) return next(args);
        throw Object.assign(new Error("denied"), {
          name: "AccessDenied",
          $metadata: { httpStatusCode: 403 },
        });
      },
      { step: "initialize" },
    );
    return strict;
  }

  test("another account's bucket is refused", async () => {
    const client = strictClient(REGION);
    const store = new S3Store({ client, bucket: "results", prefix: "", account: "999999999999" });
    await expect(store.readBytes("q/a")).rejects.toMatchObject({ code: "permission-denied" });
  });

  test("a bucket that is not there is named in words", async () => {
    const store = await openS3Store("s3://nowhere-at-all/", { patience: "person" });
    await expect(store.putBytes("q/a", Buffer.from("x"))).rejects.toMatchObject({
      code: "store-failed",
      message: expect.stringContaining("no such bucket"),
    });
  });
});

describe("without a network or credentials", () => {
  test.each([
    ["no endpoint", { AWS_ENDPOINT_URL: "http://127.0.0.1:9", AWS_ACCESS_KEY_ID: "test" }, "store-failed"],
    [
      "no credentials",
      { AWS_ENDPOINT_URL: "http://127.0.0.1:9", AWS_EC2_METADATA_DISABLED: "true" },
      "permission-denied",
    ],
  ])("%s: a clear error within ten seconds", async (_, variables, code) => {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"])
      vi.stubEnv(name, undefined);
    vi.stubEnv("HOME", "/nonexistent");
    vi.stubEnv("AWS_REGION", REGION);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID" in variables ? "test" : undefined);
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const begun = performance.now();
    await expect(openS3Store("s3://results/", { patience: "person" })).rejects.toMatchObject({ code });
    expect(performance.now() - begun).toBeLessThan(10_000);
    vi.unstubAllEnvs();
  });
});

describe("a location", () => {
  test.each([
    ["s3://results", "results", ""],
    ["s3://results/", "results", ""],
    ["s3://results/team/a", "results", "team/a/"],
    ["s3://results//team/", "results", "team/"],
  ])("%s", (location, bucket, prefix) => {
    expect(parseS3Location(location)).toEqual({ bucket, prefix });
  });

  test.each(["s3://", "s3://A/", "s3://results/../x", "results"])("%s is none", (location) => {
    expect(() => parseS3Location(location)).toThrow(expect.objectContaining({ code: "bad-arguments" }));
  });
});
