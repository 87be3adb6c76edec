import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, ListMultipartUploadsCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type MotoServer, motoIsMissing, startMoto } from "../testing/moto-server.js";
import { s3Client } from "./s3-client.js";
import { S3Store } from "./s3-store.js";

const LARGE_BYTES = 6_000_000;
const WRITES = ["PutObjectCommand", "CompleteMultipartUploadCommand"];

/** What S3 says instead of, or after, acting; `undefined`: it acts and answers. */
type Manner = (
  write: number,
) => "lose-answer" | { readonly status: number; readonly name: string } | undefined;

describe.skipIf(motoIsMissing())("a write to S3 under a condition", () => {
  let moto: MotoServer;
  const clients: S3Client[] = [];
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "spawn-conditions-"));
    moto = await startMoto();
    vi.stubEnv("AWS_ENDPOINT_URL", moto.endpoint);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    vi.stubEnv("AWS_REGION", "us-east-1");
    await storeOf(() => undefined).client.send(new CreateBucketCommand({ Bucket: "results" }));
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    for (const client of clients) client.destroy();
    rmSync(folder, { recursive: true });
    await moto.stop();
  });

  /** A store whose S3 has these manners, and the calls that were sent to it. */
  function storeOf(manner: Manner) {
    const client = s3Client({ patience: "person" });
    clients.push(client);
    const calls: string[] = [];
    let writes = 0;
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const command = context.commandName ?? "";
        calls.push(command);
        if (!WRITES.includes(command)) return next(args);
        writes += 1;
        const said = manner(writes);
        if (said === undefined) return next(args);
        if (said === "lose-answer") {
          await next(args);
          throw Object.assign(new Error("socket hang up"), { $retryable: {}, name: "TimeoutError" });
        }
        throw Object.assign(new Error(said.name), {
          name: said.name,
          $metadata: { httpStatusCode: said.status },
        });
      },
      // Below the SDK's own retries.
      { step: "deserialize", priority: "low" },
    );
    const store = new S3Store({ client, bucket: "results", prefix: "", account: moto.account });
    return { store, client, calls };
  }

  const bytes = (text: string): Uint8Array => Buffer.from(text);
  const large = (name: string, fill: number): string => {
    const path = join(folder, name);
    writeFileSync(path, Buffer.alloc(LARGE_BYTES, fill));
    return path;
  };
  const firstTime =
    (said: ReturnType<Manner>): Manner =>
    (write) =>
      write === 1 ? said : undefined;
  const conflict = { status: 409, name: "ConditionalRequestConflict" };

  test("whose answer was lost is known as one's own: created, and replaced", async () => {
    const { store } = storeOf((write) => (write === 1 || write === 3 ? "lose-answer" : undefined));
    const first = await store.putIfUnchanged("lost/a", bytes("one"), undefined);
    expect(first).toBe(await store.versionOf("lost/a"));
    const second = await store.putIfUnchanged("lost/a", bytes("two"), first);
    expect(second).toBeDefined();
    expect(second).toBe(await store.versionOf("lost/a"));
    expect(await store.putIfUnchanged("lost/a", bytes("three"), first)).toBeUndefined();
    expect(Buffer.from((await store.readBytes("lost/a")) ?? [])).toEqual(Buffer.from("two"));
  });

  test("whose answer was lost, and that another has replaced since, is not one's own any more", async () => {
    const other = storeOf(() => undefined).store;
    const first = await other.putIfUnchanged("race/a", bytes("one"), undefined);
    const { store, client } = storeOf(firstTime("lose-answer"));
    let theirs: string | undefined;
    let sent = 0;
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName !== "PutObjectCommand") return next(args);
        sent += 1;
        if (sent === 2)
          theirs = await other.putIfUnchanged("race/a", bytes("theirs"), await other.versionOf("race/a"));
        return next(args);
      },
      { step: "finalizeRequest", priority: "low" },
    );
    expect(await store.putIfUnchanged("race/a", bytes("two"), first)).toBeUndefined();
    expect(theirs).toBeDefined();
    expect(await store.versionOf("race/a")).toBe(theirs);
  });

  test("of an upload in parts whose answer was lost is known as one's own, and nothing stays open", async () => {
    const { store, client } = storeOf((write) => (write === 1 || write === 3 ? "lose-answer" : undefined));
    const first = await store.growIfUnchanged("lost/big", large("one", 1), undefined);
    expect(first).toBe(await store.versionOf("lost/big"));
    const second = await store.growIfUnchanged("lost/big", large("two", 2), first);
    expect(second).not.toBe(first);
    expect(second).toBe(await store.versionOf("lost/big"));
    expect(await store.growIfUnchanged("lost/big", large("three", 3), undefined)).toBeUndefined();
    const open = await client.send(new ListMultipartUploadsCommand({ Bucket: "results" }));
    expect(open.Uploads ?? []).toEqual([]);
  });

  test("that meets another one at the same moment is sent again", async () => {
    const { store } = storeOf((write) => (write % 3 === 0 ? undefined : conflict));
    const first = await store.putIfUnchanged("conflict/a", bytes("one"), undefined);
    const second = await store.putIfUnchanged("conflict/a", bytes("two"), first);
    expect(second).toBe(await store.versionOf("conflict/a"));
    const big = await store.growIfUnchanged("conflict/big", large("one", 1), undefined);
    expect(big).toBe(await store.versionOf("conflict/big"));
  });

  test("that always meets another one fails, and says so", async () => {
    const { store, calls } = storeOf(() => conflict);
    await expect(store.putIfUnchanged("conflict/b", bytes("one"), undefined)).rejects.toMatchObject({
      code: "store-failed",
      message: expect.stringContaining("ConditionalRequestConflict"),
    });
    expect(calls).toHaveLength(6);
  });

  test("costs no other call where nobody else writes", async () => {
    const { store, calls } = storeOf(() => undefined);
    const first = await store.putIfUnchanged("cost/a", bytes("one"), undefined);
    await store.putIfUnchanged("cost/a", bytes("two"), first);
    expect(calls).toEqual(["PutObjectCommand", "PutObjectCommand"]);
  });

  describe("on a server that does not know", () => {
    const unknown = { status: 501, name: "NotImplemented" };

    test("If-Match: is sent after a look, and the store says what that means", async () => {
      const { store, calls } = storeOf((write) => (write === 2 ? unknown : undefined));
      const first = await store.putIfUnchanged("plain/a", bytes("one"), undefined);
      expect(store.caveat).toBeUndefined();
      const second = await store.putIfUnchanged("plain/a", bytes("two"), first);
      expect(second).toBe(await store.versionOf("plain/a"));
      expect(store.caveat).toMatch(/knows no If-Match/);
      expect(await store.putIfUnchanged("plain/a", bytes("stale"), first)).toBeUndefined();
      expect(await store.putIfUnchanged("plain/a", bytes("three"), second)).toBeDefined();
      expect(calls.filter((call) => call === "PutObjectCommand")).toHaveLength(4);
    });

    test("If-None-Match: is refused in words, at once", async () => {
      const { store, calls } = storeOf(() => unknown);
      await expect(store.claimQueue("none", { overwrite: false })).rejects.toMatchObject({
        code: "store-failed",
        message: expect.stringContaining("If-None-Match"),
      });
      expect(calls.filter((call) => call === "PutObjectCommand")).toHaveLength(1);
    });
  });
});
