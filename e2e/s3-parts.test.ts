import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openAnyStore, type ResultStore } from "../packages/result-store/src/index.js";
import { motoIsMissing } from "../packages/result-store/src/testing/moto-server.js";
import { EmulatedAws } from "./emulated-aws.js";
import { refusal } from "./lab/proxy/answer.js";

const PARTS = 4;
const FILE = randomBytes(PARTS * 5 * 2 ** 20 - 11);
const folder = mkdtempSync(join(tmpdir(), "spawn-parts-"));
const path = join(folder, "large");
let aws: EmulatedAws;
let store: ResultStore;

beforeAll(async () => {
  writeFileSync(path, FILE);
  if (motoIsMissing()) return;
  aws = await EmulatedAws.start();
  for (const [name, value] of Object.entries(aws.env)) vi.stubEnv(name, value);
  await (await aws.truth.s3()).createBucket({ Bucket: "results" });
  store = await openAnyStore("s3://results/", { patience: "person" });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await aws?.stop();
  rmSync(folder, { recursive: true });
});

/** How many parts were sent since there were so many calls. */
const partsSince = (from: number) =>
  aws.proxy.calls.slice(from).filter(({ operation }) => operation === "UploadPart").length;

// S3 finds no part whose checksum the completion does not name, in an upload that was not begun with such checksums.
test.skipIf(motoIsMissing())("a large object is complete by its parts' checksums", async () => {
  const stored = await store.putFile("q/large", path);
  await store.getFile("q/large", join(folder, "got"), { expect: stored });
  expect(readFileSync(join(folder, "got")).equals(FILE)).toBe(true);
});

test.skipIf(motoIsMissing())("and so is one that was broken off, by those that S3 has of it", async () => {
  let parts = 0;
  aws.proxy.fault = ({ operation }) => {
    if (operation !== "UploadPart") return undefined;
    parts += 1;
    return parts === PARTS ? { kind: "refuse", refusal: refusal("AccessDenied", "no", 403) } : undefined;
  };
  await expect(store.putFile("q/broken", path)).rejects.toThrow("AWS denies it");
  aws.proxy.fault = () => undefined;
  await aws.proxy.quiet();
  const before = aws.proxy.calls.length;
  const stored = await store.putFile("q/broken", path);
  expect(partsSince(before)).toBeLessThan(PARTS);
  await store.getFile("q/broken", join(folder, "mended"), { expect: stored });
});
