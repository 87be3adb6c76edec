import { createHash } from "node:crypto";
import { CreateBucketCommand, GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type MotoServer, motoIsMissing, startMoto } from "../testing/moto-server.js";
import { s3Client } from "./s3-client.js";
import { SmallObjects } from "./small-objects.js";

describe.skipIf(motoIsMissing())("small objects", () => {
  let moto: MotoServer;
  let client: S3Client;
  const sent: string[] = [];

  beforeAll(async () => {
    moto = await startMoto();
    vi.stubEnv("AWS_ENDPOINT_URL", moto.endpoint);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    vi.stubEnv("AWS_REGION", "us-east-1");
    client = s3Client({ patience: "person" });
    await client.send(new CreateBucketCommand({ Bucket: "results" }));
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    client.destroy();
    await moto.stop();
  });

  const addressOf = (Key: string) => ({ Bucket: "results", Key, ExpectedBucketOwner: moto.account });
  const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

  test.each(["plain", "a/b c/ü (1)!'*+ &=#?%~.txt"])(
    "are what the SDK finds under %j, and come back",
    async (key) => {
      const small = new SmallObjects(client);
      const bytes = Buffer.from(`the bytes of ${key}`);
      expect(await small.put(addressOf(key), bytes, sha256Of(bytes), undefined)).toBe(true);
      const { Body } = await client.send(new GetObjectCommand({ Bucket: "results", Key: key }));
      expect(await Body?.transformToString()).toBe(bytes.toString());
      expect(await small.get(addressOf(key), 1000, undefined)).toEqual(bytes);
    },
  );

  test("that are empty come back empty", async () => {
    const small = new SmallObjects(client);
    expect(await small.put(addressOf("empty"), Buffer.alloc(0), sha256Of(Buffer.alloc(0)), undefined)).toBe(
      true,
    );
    expect(await small.get(addressOf("empty"), 10, undefined)).toHaveLength(0);
  });

  test("are left to the SDK where anything is not as it should be", async () => {
    const small = new SmallObjects(client);
    await small.put(addressOf("long"), Buffer.alloc(100), sha256Of(Buffer.alloc(100)), undefined);
    expect(await small.get(addressOf("nowhere"), 100, undefined)).toBeUndefined();
    expect(await small.get(addressOf("long"), 99, undefined)).toBeUndefined();
    expect(await small.get(addressOf("long"), 100, AbortSignal.abort())).toBeUndefined();
    const elsewhere = { ...addressOf("long"), Bucket: "no-such-bucket" };
    expect(await small.put(elsewhere, Buffer.alloc(1), sha256Of(Buffer.alloc(1)), undefined)).toBe(false);
  });

  test("take no step of the SDK's but to find out where they are", async () => {
    client.middlewareStack.add(
      (next, context) => (args) => {
        sent.push(context.commandName ?? "");
        return next(args);
      },
      { step: "initialize" },
    );
    const small = new SmallObjects(client);
    await Promise.all(["plain", "empty", "long"].map((key) => small.get(addressOf(key), 1000, undefined)));
    expect(sent).toEqual(["GetObjectCommand"]);
  });
});
