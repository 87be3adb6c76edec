import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderStore } from "../folder-store/folder-store.js";
import { jobKeys, queueKeys } from "../keys.js";
import { encodeManifest } from "../manifest.js";
import type { ResultStore } from "../result-store.js";
import type { DownloadSummary } from "./download-events.js";
import { type DownloadOptions, downloadQueue } from "./download-queue.js";

let top: string;
let output: string;
let store: ResultStore;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "spawn-outdated-"));
  output = join(top, "output");
  store = folderStore(join(top, "store"));
});
afterEach(() => rmSync(top, { recursive: true }));

/** Leaves in the store what a run of the job with these results leaves, in the place of an earlier one. */
async function storeRun(
  job: string,
  results: Readonly<Record<string, string>>,
  queueId = "q",
): Promise<void> {
  const keys = jobKeys(queueId, job);
  await store.remove(`${keys.folder}results/`);
  const files = [];
  for (const [name, content] of Object.entries(results)) {
    await store.putBytes(keys.result(name), Buffer.from(content));
    const sha256 = createHash("sha256").update(content).digest("hex");
    const place = { name, path: `/work/${name}`, key: keys.result(name), mode: "0644", modified: "" };
    files.push({ ...place, size: content.length, sha256 });
  }
  await store.putBytes(keys.stdout, Buffer.from("out"));
  const manifest = { schemaVersion: 1, job, attempt: 1, files, logs: [], missing: [] } as const;
  await store.putBytes(keys.manifest, Buffer.from(encodeManifest(manifest)));
}

function download(more: Partial<DownloadOptions> = {}): Promise<DownloadSummary> {
  return downloadQueue({ store, queueId: "q", output, ...more });
}

const at = (name: string): string => join(output, name);
const read = (name: string): string => readFileSync(at(name), "utf8");

describe("a download over an earlier one", () => {
  it("leaves what the manifests name: results and jobs of the earlier run are gone", async () => {
    await storeRun("train", { "old/a.pth": "a", "old/b.pth": "b", "same.txt": "same", "new.txt": "1" });
    await storeRun("gone", { "x.txt": "x" });
    expect((await download()).removed).toEqual([]);
    await store.remove(jobKeys("q", "gone").folder);
    await storeRun("train", { "same.txt": "same", "new.txt": "2" });
    const { removed, warnings } = await download();
    const gone = ["manifest.json", "results/x.txt", "stdout.log"].map((name) => `gone/${name}`);
    expect(removed.toSorted()).toEqual([...gone, "train/results/old/a.pth", "train/results/old/b.pth"]);
    expect(warnings).toEqual([]);
    expect([existsSync(at("gone")), existsSync(at("train/results/old"))]).toEqual([false, false]);
    expect([read("train/results/same.txt"), read("train/results/new.txt")]).toEqual(["same", "2"]);
    expect((await download()).removed).toEqual([]);
  });

  it("never touches what it did not bring, even where it is what a run made", async () => {
    await storeRun("train", { "a.txt": "a", "b.txt": "b" });
    mkdirSync(at("train/results"), { recursive: true });
    writeFileSync(at("train/results/a.txt"), "a");
    await download();
    writeFileSync(at("train/results/notes.md"), "mine");
    await storeRun("train", {});
    expect((await download()).removed).toEqual(["train/results/b.txt"]);
    expect([read("train/results/a.txt"), read("train/results/notes.md")]).toEqual(["a", "mine"]);
  });

  it("keeps what was changed since, and says so once", async () => {
    await storeRun("train", { "a.txt": "a" });
    await download();
    writeFileSync(at("train/results/a.txt"), "A");
    await storeRun("train", {});
    const { removed, kept, warnings } = await download();
    expect([removed, kept]).toEqual([[], ["train/results/a.txt"]]);
    expect(warnings).toEqual([expect.stringContaining("train/results/a.txt is of an earlier run")]);
    expect(read("train/results/a.txt")).toBe("A");
    expect((await download()).warnings).toEqual([]);
  });

  it("looks at no more than it was asked for", async () => {
    await storeRun("a", { "a.txt": "a" });
    await storeRun("b", { "b.txt": "b" });
    await download();
    for (const job of ["a", "b"]) await storeRun(job, {});
    expect((await download({ job: "a", logs: "only" })).removed).toEqual([]);
    expect((await download({ job: "a", logs: "none" })).removed).toEqual(["a/results/a.txt"]);
    expect([existsSync(at("a/stdout.log")), read("b/results/b.txt")]).toEqual([true, "b"]);
    expect((await download()).removed).toEqual(["b/results/b.txt"]);
  });

  it("leaves alone a job whose manifest is damaged, and other queues in the same folder", async () => {
    await storeRun("a", { "a.txt": "a" });
    await storeRun("other", { "o.txt": "o" }, "q2");
    await download();
    await download({ queueId: "q2" });
    await store.putBytes(jobKeys("q", "a").manifest, Buffer.from("{"));
    await expect(download()).rejects.toMatchObject({ code: "verification-failed" });
    expect([read("a/results/a.txt"), read("other/results/o.txt")]).toEqual(["a", "o"]);
    await store.remove(queueKeys("q2").folder);
    await store.putBytes(queueKeys("q2").queueFile, Buffer.from("{}"));
    expect((await download({ queueId: "q2" })).removed).toContain("other/results/o.txt");
    expect(read("a/results/a.txt")).toBe("a");
  });

  it("does not follow links, and trusts no index that leads out", async () => {
    await storeRun("a", { "deep/a.txt": "a" });
    await download();
    const outside = join(top, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "a.txt"), "a");
    rmSync(at("a/results/deep"), { recursive: true });
    symlinkSync(outside, at("a/results/deep"));
    const index = JSON.parse(read(".fetched.q.json"));
    index.files["../outside/a.txt"] = index.files["a/results/deep/a.txt"];
    writeFileSync(at(".fetched.q.json"), JSON.stringify(index));
    await storeRun("a", {});
    expect((await download()).removed).toEqual([]);
    expect(readFileSync(join(outside, "a.txt"), "utf8")).toBe("a");
  });

  it("goes on where the index cannot be read: it then removes nothing", async () => {
    await storeRun("a", { "a.txt": "a" });
    await download();
    writeFileSync(at(".fetched.q.json"), "{ torn");
    await storeRun("a", {});
    expect((await download()).removed).toEqual([]);
    expect(read("a/results/a.txt")).toBe("a");
  });
});
