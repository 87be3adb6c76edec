import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpawnError } from "@spawn/foundation";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { folderStore } from "../folder-store/folder-store.js";
import { jobKeys } from "../keys.js";
import { decodeManifest, encodeManifest, type ManifestFile } from "../manifest.js";
import { encodeProvisional } from "../provisional.js";
import type { ResultStore } from "../result-store.js";
import { createJobUploader } from "../uploader/job-uploader.js";
import type { DownloadEvent, DownloadSummary } from "./download-events.js";
import { type DownloadOptions, downloadQueue } from "./download-queue.js";

let top: string;
let work: string;
let output: string;
let store: ResultStore;
let events: DownloadEvent[];
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "spawn-download-"));
  work = join(top, "work");
  output = join(top, "output");
  mkdirSync(work);
  store = folderStore(join(top, "store"));
  events = [];
});
afterEach(() => rmSync(top, { recursive: true }));

/** Runs nothing, but leaves in the store what a job with these result files leaves. */
async function storeJob(job: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries({
    ...files,
    stdout: `out of ${job}`,
    merged: "[10:00:00] hello",
  })) {
    mkdirSync(join(work, job, name, ".."), { recursive: true });
    writeFileSync(join(work, job, name), content);
  }
  const uploader = createJobUploader({
    ...{ store, queueId: "q", job, patterns: Object.keys(files), workingDirectory: join(work, job) },
  });
  const logs = { stdout: join(work, job, "stdout"), stderr: "none" };
  await uploader.finishAttempt({ attempt: 1, ...logs, exitCode: 0 });
  await uploader.finish({ attempt: 1, exitCode: 0, merged: join(work, job, "merged"), metadata: { job } });
}

function download(more: Partial<DownloadOptions> = {}): Promise<DownloadSummary> {
  events = [];
  return downloadQueue({ store, queueId: "q", output, onEvent: (event) => events.push(event), ...more });
}

function tree(folder = output): string[] {
  return (
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      // What the download notes for itself.
      .filter((name) => name !== ".fetched.q.json")
      .sort()
  );
}

async function rewriteManifest(job: string, change: (file: ManifestFile) => ManifestFile): Promise<void> {
  const keys = jobKeys("q", job);
  const text = Buffer.from((await store.readBytes(keys.manifest)) ?? "").toString();
  const manifest = decodeManifest(text, keys.folder);
  await store.putBytes(
    keys.manifest,
    Buffer.from(encodeManifest({ ...manifest, files: manifest.files.map(change) })),
  );
}

describe("a download", () => {
  test("has the layout of the reference, and says what came", async () => {
    await storeJob("preprocess", { "cleaned.csv": "a,b", "stats.json": "{}" });
    await storeJob("train", { "model.pth": "weights" });
    await store.putBytes("q/queue.json", Buffer.from("{}"));
    await store.putBytes("q/journal/1.jsonl", Buffer.from("{}"));
    const summary = await download();
    const own = ["exit_code", "manifest.json", "merged.log", "metadata.json"];
    expect(tree()).toEqual(
      [
        ...[...own, "results/cleaned.csv", "results/stats.json", "stderr.log", "stdout.log"].map(
          (n) => `preprocess/${n}`,
        ),
        ...[...own, "results/model.pth", "stderr.log", "stdout.log"].map((n) => `train/${n}`),
      ].sort(),
    );
    expect(readFileSync(join(output, "train/stdout.log"), "utf8")).toBe("out of train");
    expect(readFileSync(join(output, "train/exit_code"), "utf8")).toBe("0\n");
    expect(summary.jobs.map((job) => job.job)).toEqual(["preprocess", "train"]);
    const [preprocess] = summary.jobs;
    expect(preprocess?.files.filter((file) => file.kind === "result")).toEqual([
      { name: "cleaned.csv", bytes: 3, kind: "result" },
      { name: "stats.json", bytes: 2, kind: "result" },
    ]);
    expect(preprocess?.bytes).toBe(preprocess?.files.reduce((sum, file) => sum + file.bytes, 0));
    expect(summary.totalBytes).toBe(summary.jobs.reduce((sum, job) => sum + job.bytes, 0));
    expect([summary.skipped, summary.warnings]).toEqual([0, []]);
    expect(events[0]).toMatchObject({
      kind: "planned",
      jobs: ["preprocess", "train"],
      bytes: summary.totalBytes,
    });
    expect(events.filter((event) => event.kind === "file-done")).toHaveLength(tree().length);
  });

  test("keeps what is there and the same, and mends what is not", async () => {
    await storeJob("train", { "model.pth": "weights", "metrics.json": "{}" });
    await download();
    const kept = join(output, "train/results/model.pth");
    utimesSync(kept, 1000, 1000);
    writeFileSync(join(output, "train/results/metrics.json"), "[]");
    const summary = await download();
    expect(statSync(kept).mtimeMs).toBe(1_000_000);
    expect(readFileSync(join(output, "train/results/metrics.json"), "utf8")).toBe("{}");
    expect(summary.skipped).toBe(tree().length - 1);
  });

  test("brings one job, logs alone, or no logs", async () => {
    await storeJob("a", { "a.txt": "a" });
    await storeJob("b", { "b.txt": "b" });
    await download({ job: "a", logs: "only" });
    expect(tree()).toEqual(
      ["exit_code", "manifest.json", "merged.log", "metadata.json", "stderr.log", "stdout.log"].map(
        (n) => `a/${n}`,
      ),
    );
    await download({ job: "b", logs: "none", output: join(top, "other") });
    expect(tree(join(top, "other"))).toEqual(
      ["exit_code", "manifest.json", "metadata.json", "results/b.txt"].map((n) => `b/${n}`),
    );
  });

  test("keeps odd names and executability, and lets nobody else read", async () => {
    mkdirSync(join(work, "t"));
    const names = ["a\nb", "-rf", "e\u0301", "é", "back\\slash", "100%", "x".repeat(250)];
    for (const name of names) writeFileSync(join(work, "t", name), name);
    chmodSync(join(work, "t", "-rf"), 0o755);
    await storeJob("t", {});
    await createJobUploader({
      ...{ store, queueId: "q", job: "t", patterns: [`${work}/t/`], workingDirectory: work },
    }).finish({ attempt: 1, merged: "none", metadata: {} });
    await download();
    for (const name of names) expect(readFileSync(join(output, "t/results/t", name), "utf8")).toBe(name);
    expect(statSync(join(output, "t/results/t/-rf")).mode & 0o777).toBe(0o700);
    expect(statSync(join(output, "t/stdout.log")).mode & 0o777).toBe(0o600);
  });

  test("goes on where an earlier one stopped", async () => {
    const content = "0123456789".repeat(100_000);
    await storeJob("train", { "model.pth": content });
    const stop = new AbortController();
    const reason = new Error("stopped by hand");
    await expect(
      download({
        concurrency: 1,
        signal: stop.signal,
        onEvent: (event) => {
          if (event.kind === "file-done" && event.file.name === "merged.log") stop.abort(reason);
        },
      }),
    ).rejects.toBe(reason);
    expect(tree()).not.toContain("train/results/model.pth");
    const summary = await download();
    expect(summary.skipped).toBeGreaterThan(0);
    expect(readFileSync(join(output, "train/results/model.pth"), "utf8")).toBe(content);
    expect(existsSync(join(output, ".partial"))).toBe(false);
  });
});

describe("what is not there", () => {
  test("is an unknown queue", async () => {
    for (const queueId of ["nope", "../q", ""]) {
      await expect(download({ queueId })).rejects.toMatchObject({ code: "queue-not-found" });
    }
    expect(existsSync(output)).toBe(false);
  });

  test("is an unknown job, and the known ones are listed", async () => {
    await storeJob("train", {});
    for (const job of ["trian", "../train"]) {
      await expect(download({ job })).rejects.toMatchObject({
        code: "job-not-found",
        hint: "Stored are: train",
      });
    }
  });

  test("is the manifest of a job that still runs: its latest logs come, and its results so far, with a warning", async () => {
    const keys = jobKeys("q", "train");
    for (const attempt of [1, 2, 10]) {
      await store.putBytes(keys.attempt(attempt).stdout, Buffer.from(`attempt ${attempt}`));
    }
    await store.putBytes(keys.stdout, Buffer.from("attempt 2"));
    const [odd, gone] = [keys.result("a\nb"), keys.result("gone")];
    await store.putBytes(odd, Buffer.from("x"));
    const row = { path: "/out/a\nb", name: "a\nb", mode: "0755" };
    const files = [
      { ...row, key: odd },
      { ...row, key: gone, name: "gone" },
    ];
    await store.putBytes(keys.provisional, Buffer.from(encodeProvisional({ attempt: 10, files })));
    const { jobs, warnings } = await download();
    expect(tree()).toEqual(["train/results/a\nb", "train/stdout.log"]);
    expect(statSync(join(output, "train/results/a\nb")).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(output, "train/stdout.log"), "utf8")).toBe("attempt 10");
    expect(jobs).toMatchObject([{ job: "train", provisional: true }]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^train has no manifest, as it has not ended or its runner died: its results are provisional, as they were stored by \d{4}-.*Z$/,
      ),
    ]);
  });

  test("is the manifest, and there are no results yet: only the logs come", async () => {
    await store.putBytes(jobKeys("q", "train").stdout, Buffer.from("x"));
    expect((await download()).warnings).toEqual([
      "train has no manifest, as it has not ended or its runner died: only its logs are fetched",
    ]);
  });
});

describe("damage", () => {
  test("is found and named when all else is fetched, and never put in place", async () => {
    await storeJob("a", { "bad.bin": "content", "good.bin": "content", "gone.bin": "content" });
    await storeJob("b", { "fine.bin": "content" });
    const objects = join(top, "store/q/a/results");
    writeFileSync(join(objects, "bad.bin"), "conTent");
    rmSync(join(objects, "gone.bin"));
    const failed = await download({ concurrency: 1 }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "verification-failed" });
    expect(String(failed)).toContain("q/a/results/bad.bin is damaged");
    expect(String(failed)).toContain("q/a/results/gone.bin is not in the store");
    expect(tree()).toEqual(
      expect.arrayContaining(["a/results/good.bin", "b/results/fine.bin", "b/stdout.log"]),
    );
    expect(tree()).not.toContain("a/results/bad.bin");
    expect(existsSync(join(output, ".partial"))).toBe(false);
    expect(events.filter((event) => event.kind === "file-failed").map((event) => event.name)).toEqual([
      "bad.bin",
      "gone.bin",
    ]);
  });

  test("of a log or a truncated file is found too", async () => {
    await storeJob("a", {});
    truncateSync(join(top, "store/q/a/merged.log"), 3);
    await expect(download()).rejects.toMatchObject({
      code: "verification-failed",
      message: "q/a/merged.log is damaged: it has 3 bytes, not 16",
    });
  });

  test("of a manifest stops its job alone", async () => {
    await storeJob("a", { "a.txt": "a" });
    await storeJob("b", { "b.txt": "b" });
    await store.putBytes(jobKeys("q", "a").manifest, Buffer.from('{"schema_version": 1,'));
    await expect(download()).rejects.toMatchObject({ code: "verification-failed" });
    expect(tree().filter((name) => name.startsWith("a/"))).toEqual([]);
    expect(tree()).toContain("b/results/b.txt");
  });
});

describe("a hostile store cannot write outside the output folder:", () => {
  test.each(["../../escaped", "/etc/escaped", "a/../../../escaped", "a\0b", "", "a//b", "./a"])(
    "name %j",
    async (name) => {
      await storeJob("a", { "a.txt": "a" });
      await rewriteManifest("a", (file) => ({ ...file, name }));
      await expect(download()).rejects.toMatchObject({ code: "verification-failed" });
      expect(tree()).toEqual([]);
      expect(tree(top).filter((path) => path.includes("escaped"))).toEqual([]);
    },
  );

  test.each(["q/b/results/secret", "q/a/results/../../b/results/secret", "other/a/results/x"])(
    "key %j",
    async (key) => {
      await storeJob("a", { "a.txt": "a" });
      await rewriteManifest("a", (file) => ({ ...file, key }));
      await expect(download()).rejects.toMatchObject({ code: "verification-failed" });
    },
  );

  test("links inside the output folder", async () => {
    await storeJob("a", { "sub/a.txt": "a" });
    const outside = join(top, "outside");
    mkdirSync(outside);
    mkdirSync(join(output, "a"), { recursive: true });
    symlinkSync(outside, join(output, "a", "results"));
    symlinkSync(join(outside, "target"), join(output, "a", "stdout.log"));
    const failed = await download().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(SpawnError);
    expect(String(failed)).toContain("it is a symbolic link");
    expect(tree(outside)).toEqual([]);
    expect(lstatSync(join(output, "a/stdout.log")).isFile()).toBe(true);
  });

  test("a link in place of the folder for unfinished files", async () => {
    await storeJob("a", {});
    mkdirSync(output);
    symlinkSync(join(top, "work"), join(output, ".partial"));
    const before = tree(work);
    await expect(download()).rejects.toMatchObject({ code: "verification-failed" });
    expect(tree(work)).toEqual(before);
  });

  test("but the output folder may itself be a link", async () => {
    await storeJob("a", { "a.txt": "a" });
    mkdirSync(join(top, "real"));
    symlinkSync(join(top, "real"), output);
    await download();
    expect(tree(join(top, "real"))).toContain("a/results/a.txt");
  });
});
