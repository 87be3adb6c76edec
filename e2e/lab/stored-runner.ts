import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { AwsClients } from "../../packages/aws-launcher/src/aws/aws-clients.js";

const CACHE = fileURLToPath(new URL("../../node_modules/.cache/lab", import.meta.url));

/** Stores the runner as a launch before this one would have left it, so that not every lab has to compress it. */
export async function storeRunnerBefore(clients: AwsClients, bucket: string, path: string): Promise<void> {
  const program = readFileSync(path);
  const sha256 = createHash("sha256").update(program).digest("hex");
  const cached = join(CACHE, `${sha256}.gz`);
  if (!existsSync(cached)) {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(`${cached}.${process.pid}`, gzipSync(program, { level: 1 }));
    renameSync(`${cached}.${process.pid}`, cached);
  }
  const Key = `.spawn/runner/${sha256}/spawn-runner-linux-x64.gz`;
  await (await clients.s3()).putObject({ Bucket: bucket, Key, Body: readFileSync(cached) });
}
