import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { instanceLayout } from "@spawn/attempt-runner";
import { FakeClock } from "@spawn/foundation";
import { MemoryStore } from "@spawn/result-store/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { prepareInstance } from "./prepare-instance.js";

let folder: string;
let store: MemoryStore;
const layout = () => instanceLayout(join(folder, "instance"));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "spawn-prepare-"));
  store = new MemoryStore();
  await store.putBytes("q/queue.json", Buffer.from("{}"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const prepare = (workdirSha256?: string) =>
  prepareInstance({
    ...{ store, queueId: "q", layout: layout(), workdirSha256 },
    instanceId: "i-1",
    trustCompleted: false,
    clock: new FakeClock(),
  });

/** Ships a folder with a script in it; returns its sha256. */
async function ship(): Promise<string> {
  const shipped = join(folder, "shipped/scripts");
  mkdirSync(shipped, { recursive: true });
  writeFileSync(join(shipped, "train.sh"), "echo train\n", { mode: 0o755 });
  spawnSync("tar", ["-czf", join(folder, "w.tar.gz"), "-C", join(folder, "shipped"), "."]);
  const bytes = readFileSync(join(folder, "w.tar.gz"));
  await store.putBytes("q/workdir.tar.gz", bytes);
  return createHash("sha256").update(bytes).digest("hex");
}

it("brings the queue file, once", async () => {
  await prepare();
  expect(readFileSync(layout().queueFile, "utf8")).toBe("{}");
  writeFileSync(layout().queueFile, "[]");
  await prepare();
  expect(readFileSync(layout().queueFile, "utf8")).toBe("[]");
});

it("says that the store has no such queue", async () => {
  await store.remove("q/");
  await expect(prepare()).rejects.toMatchObject({ code: "queue-not-found" });
});

it("unpacks the work folder as it was, once: what jobs make of it stays", async () => {
  const sha256 = await ship();
  await prepare(sha256);
  const script = join(layout().work, "scripts/train.sh");
  expect(readFileSync(script, "utf8")).toBe("echo train\n");
  expect(statSync(script).mode & 0o777).toBe(0o755);
  expect(existsSync(join(layout().state, "workdir.tar.gz"))).toBe(false);
  writeFileSync(join(layout().work, "model"), "made");
  await prepare(sha256);
  expect(readFileSync(join(layout().work, "model"), "utf8")).toBe("made");
});

it("begins anew where the one before was cut off", async () => {
  const sha256 = await ship();
  mkdirSync(join(layout().state, "work.unpacked"), { recursive: true });
  writeFileSync(join(layout().state, "work.unpacked/half"), "");
  await prepare(sha256);
  expect(existsSync(join(layout().work, "half"))).toBe(false);
  expect(existsSync(join(layout().work, "scripts/train.sh"))).toBe(true);
});

it("does not unpack what is not what was shipped", async () => {
  await ship();
  await expect(prepare("0".repeat(64))).rejects.toMatchObject({ code: "verification-failed" });
  expect(existsSync(layout().work)).toBe(false);
});
