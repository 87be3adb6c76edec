import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type MotoServer, motoIsMissing, startMoto } from "../testing/moto-server.js";
import { PART_BYTES } from "./parts.js";
import { s3Client } from "./s3-client.js";
import { S3Store } from "./s3-store.js";

const SIZE = 2 * PART_BYTES + 5;

describe.skipIf(motoIsMissing())("an upload in parts", () => {
  let moto: MotoServer;
  let client: S3Client;
  const folder = mkdtempSync(join(tmpdir(), "spawn-parts-"));
  const big = join(folder, "big");

  beforeAll(async () => {
    moto = await startMoto();
    vi.stubEnv("AWS_ENDPOINT_URL", moto.endpoint);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    vi.stubEnv("AWS_REGION", "us-east-1");
    client = s3Client({ patience: "person" });
    await client.send(new CreateBucketCommand({ Bucket: "results" }));
    writeFileSync(big, Buffer.alloc(SIZE, "spawn"));
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    client.destroy();
    await moto.stop();
    rmSync(folder, { recursive: true });
  });

  /** A store of which some calls are refused. */
  function storeRefusing(refusal: (command: string | undefined) => Refusal | undefined): S3Store {
    const refusing = s3Client({ patience: "person" });
    refusing.middlewareStack.add(
      (next, context) => async (args) => {
        const refused = refusal(context.commandName);
        if (refused === undefined) return next(args);
        const { name, status } = refused;
        throw Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });
      },
      { step: "initialize" },
    );
    return new S3Store({ client: refusing, bucket: "results", prefix: "", account: moto.account });
  }

  async function openUploads(): Promise<readonly unknown[]> {
    return (await client.send(new ListMultipartUploadsCommand({ Bucket: "results" }))).Uploads ?? [];
  }

  async function sizeOf(Key: string): Promise<number | undefined> {
    return (await client.send(new HeadObjectCommand({ Bucket: "results", Key }))).ContentLength;
  }

  test("is begun anew by who may not list those that are open", async () => {
    await client.send(new CreateMultipartUploadCommand({ Bucket: "results", Key: "q/unlisted" }));
    const before = (await openUploads()).length;
    const store = storeRefusing((command) =>
      command === "ListMultipartUploadsCommand" ? { name: "AccessDenied", status: 403 } : undefined,
    );
    await store.putFile("q/unlisted", big);
    expect(await sizeOf("q/unlisted")).toBe(SIZE);
    expect(await openUploads()).toHaveLength(before);
  });

  test("is ended where it fails and nobody could find it again", async () => {
    const before = (await openUploads()).length;
    const store = storeRefusing((command) => {
      if (command === "ListMultipartUploadsCommand") return { name: "AccessDenied", status: 403 };
      return command === "CompleteMultipartUploadCommand"
        ? { name: "InternalError", status: 500 }
        : undefined;
    });
    await expect(store.putFile("q/failed", big)).rejects.toMatchObject({ code: "store-failed" });
    expect(await openUploads()).toHaveLength(before);
  });

  test("is ended where S3 says that its parts do not fit, so that the next try can succeed", async () => {
    let isUnfit = true;
    const store = storeRefusing((command) =>
      isUnfit && command === "CompleteMultipartUploadCommand"
        ? { name: "InvalidPart", status: 400 }
        : undefined,
    );
    const before = (await openUploads()).length;
    await expect(store.putFile("q/unfit", big)).rejects.toMatchObject({ code: "store-failed" });
    expect(await openUploads()).toHaveLength(before);
    isUnfit = false;
    await store.putFile("q/unfit", big);
    expect(await sizeOf("q/unfit")).toBe(SIZE);
  });
});

interface Refusal {
  readonly name: string;
  readonly status: number;
}
