import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { afterEach, expect, it, vi } from "vitest";
import { s3Client } from "./s3-client.js";
import { explainedS3 } from "./s3-errors.js";

let server: Server | undefined;
const sockets = new Set<Socket>();

afterEach(() => {
  vi.unstubAllEnvs();
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** Takes what it is sent, and answers nothing. */
async function silentEndpoint(): Promise<string> {
  const silent = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).resume();
  });
  server = silent;
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
}

it("a person learns within a stated time that S3 says nothing at all", async () => {
  vi.stubEnv("AWS_ENDPOINT_URL", await silentEndpoint());
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  const client = s3Client({ patience: "person", region: "us-east-1", firstAnswerWithinMs: 300 });
  const get = explainedS3("reading a", () =>
    client.send(new GetObjectCommand({ Bucket: "bucket", Key: "a" })),
  );
  await expect(get).rejects.toMatchObject({
    code: "store-failed",
    message: "reading a: S3 cannot be reached (nobody answers)",
  });
  client.destroy();
});
