import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type MotoServer, motoIsMissing, startMoto } from "../testing/moto-server.js";
import { resultsBucket } from "./results-bucket.js";
import { s3Client } from "./s3-client.js";

const REGION = "eu-west-3";

describe.skipIf(motoIsMissing())("the account's results bucket", () => {
  let moto: MotoServer;

  beforeAll(async () => {
    moto = await startMoto();
    vi.stubEnv("AWS_ENDPOINT_URL", moto.endpoint);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await moto.stop();
  });

  test("is made once S3 lets it be made, under the longer name where the short one is another region's", async () => {
    const client = s3Client({ region: REGION, patience: "person" });
    const failed = (name: string, status: number) =>
      Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });
    let aborted = 0;
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const isShort = (args.input as { Bucket?: string }).Bucket === `spawn-results-${REGION}`;
          if (isShort && commandName === "HeadBucketCommand") throw failed("BadRequest", 400);
          if (isShort) throw failed("BucketAlreadyExists", 409);
          const isAborted = commandName === "CreateBucketCommand" && ++aborted <= 2;
          if (isAborted) throw failed("OperationAborted", 409);
          return next(args);
        },
      { step: "initialize" },
    );
    const Bucket = `spawn-results-${moto.account}-${REGION}`;
    expect(await resultsBucket(client, { account: moto.account, region: REGION })).toBe(Bucket);
    expect(aborted).toBe(3);
    await client.send(new HeadBucketCommand({ Bucket }));
    client.destroy();
  });
});
