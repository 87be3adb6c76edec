import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { S3Store } from "./s3-store.js";

const KEYS = ["mine/there.json", "mine/there.json.2"];

/** S3 as an instance's role sees it: what is there and what is not are refused alike, listings are not. */
const server = createServer(({ url = "" }, response) => {
  const { pathname, searchParams } = new URL(url, "http://s3");
  const prefix = searchParams.get("prefix");
  if (searchParams.get("list-type") === "2" && prefix?.startsWith("mine/")) {
    const found = KEYS.filter((key) => key.startsWith(prefix)).slice(0, Number(searchParams.get("max-keys")));
    const contents = found.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join("");
    response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`);
    return;
  }
  response.writeHead(403);
  response.end(`<Error><Code>AccessDenied</Code><Message>${pathname}</Message></Error>`);
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));

afterAll(() => {
  server.close();
});

function store(): S3Store {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new S3Client({ endpoint, credentials, region: "us-east-1", forcePathStyle: true });
  return new S3Store({ client, bucket: "bucket", prefix: "", account: "123456789012" });
}

describe("an object that S3 refuses to those who may not list the whole bucket", () => {
  it("is none where a listing does not have it", async () => {
    expect(await store().readBytes("mine/none.json")).toBeUndefined();
    expect(await store().readBytes("mine/there")).toBeUndefined();
    expect(await store().readIfChanged("mine/none.json")).toEqual({ kind: "none" });
    expect(await store().getFile("mine/none.json", "/tmp/spawn-never-written")).toBeUndefined();
    expect(await store().copy("mine/none.json", "mine/copy.json")).toBe(false);
  });

  it("is denied where it is there, and where nothing may be listed either", async () => {
    const denied = { code: "permission-denied" };
    await expect(store().readBytes("mine/there.json")).rejects.toMatchObject(denied);
    await expect(store().readBytes("other/none.json")).rejects.toMatchObject(denied);
  });
});
