import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock, SpawnError } from "@spawn/foundation";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { jobKeys } from "../keys.js";
import { decodeManifest, type Manifest } from "../manifest.js";
import { decodeProvisional } from "../provisional.js";
import { MemoryStore } from "../testing/memory-store.js";
import { createJobUploader, type FinishedJob, type JobUploader } from "./job-uploader.js";

const keys = jobKeys("q", "train");
let work: string;
let store: MemoryStore;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "spawn-uploader-"));
  store = new MemoryStore();
});
afterEach(() => rmSync(work, { recursive: true }));

function uploader(...patterns: string[]): JobUploader {
  return createJobUploader({ store, queueId: "q", job: "train", patterns, workingDirectory: work });
}

function file(name: string, content: string): string {
  const path = join(work, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function finished(more: Partial<FinishedJob> = {}): FinishedJob {
  return { attempt: 1, exitCode: 0, merged: join(work, "merged"), metadata: { duration_ms: 5 }, ...more };
}

async function read(key: string): Promise<string | undefined> {
  const bytes = await store.readBytes(key);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString();
}

async function manifest(): Promise<Manifest | undefined> {
  const text = await read(keys.manifest);
  return text === undefined ? undefined : decodeManifest(text, keys.folder);
}

async function stored(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(keys.folder)) found.push(key.slice(keys.folder.length));
  return found.sort();
}

async function finishAttempt(one: JobUploader, attempt: number, exitCode?: number): Promise<void> {
  const logs = { stdout: file(`${attempt}.stdout`, `out ${attempt}`), stderr: join(work, "no-stderr") };
  await one.finishAttempt({ attempt, ...logs, exitCode });
}

describe("a finished job", () => {
  test("has every object of the layout, empty logs too", async () => {
    file("model.pth", "weights");
    const one = uploader("model.pth");
    await finishAttempt(one, 1, 3);
    const summary = await one.finish(finished({ exitCode: 3 }));
    expect(summary).toEqual({ files: 1, bytes: 7, missing: [], warnings: [] });
    expect(await stored()).toEqual([
      "attempts/1/exit_code",
      "attempts/1/stderr.log",
      "attempts/1/stdout.log",
      "exit_code",
      "manifest.json",
      "merged.log",
      "metadata.json",
      "results/model.pth",
      "stderr.log",
      "stdout.log",
    ]);
    expect([await read(keys.exitCode), await read(keys.stdout), await read(keys.stderr)]).toEqual([
      "3\n",
      "out 1",
      "",
    ]);
    expect(JSON.parse((await read(keys.metadata)) ?? "")).toEqual({ duration_ms: 5 });
  });

  test("is described by its manifest, byte for byte", async () => {
    const path = file("out/a\nb.txt", "content");
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    const one = uploader("out/");
    await finishAttempt(one, 1, 0);
    await one.finish(finished());
    const found = await manifest();
    expect(found).toMatchObject({ job: "train", attempt: 1, missing: [] });
    expect(found?.files).toEqual([
      {
        path,
        key: "q/train/results/out/a%0Ab.txt",
        name: "out/a\nb.txt",
        size: 7,
        sha256: createHash("sha256").update("content").digest("hex"),
        mode: "0644",
        modified: "2023-11-14T22:13:20.000Z",
      },
    ]);
    expect(found?.logs.map((log) => log.key.slice(keys.folder.length)).sort()).toEqual([
      "exit_code",
      "merged.log",
      "metadata.json",
      "stderr.log",
      "stdout.log",
    ]);
  });

  test("shows its last attempt, and keeps the others", async () => {
    const one = uploader();
    await finishAttempt(one, 1, 1);
    await finishAttempt(one, 2);
    await one.finish(finished({ attempt: 2, exitCode: undefined }));
    expect([await read(keys.stdout), await read(keys.attempt(1).stdout)]).toEqual(["out 2", "out 1"]);
    expect(await read(keys.attempt(1).exitCode)).toBe("1\n");
    expect(await read(keys.exitCode)).toBeUndefined();
  });

  test("can be finished by another process than the one that stored its attempt", async () => {
    await finishAttempt(uploader(), 1, 4);
    await store.remove(keys.stdout);
    await uploader().finish(finished({ exitCode: 4 }));
    expect([await read(keys.stdout), await read(keys.exitCode)]).toEqual(["out 1", "4\n"]);
  });

  test("warns of patterns that match nothing", async () => {
    const { warnings } = await uploader("none.txt").finish(finished());
    expect(warnings).toEqual(['result_files: "none.txt" matches no file']);
  });
});

describe("while a job runs", () => {
  test("result files go up once two looks saw them unchanged, and are not sent again", async () => {
    file("a.txt", "one");
    const one = uploader("*.txt");
    await one.syncResults(1);
    expect(await stored()).toEqual([]);
    file("b.txt", "new at the second look");
    await one.syncResults(1);
    expect(await stored()).toEqual(["provisional.json", "results/a.txt"]);
    appendFileSync(join(work, "a.txt"), " and two");
    await one.syncResults(1);
    expect(await read(keys.result("a.txt"))).toBe("one");
    await one.finish(finished());
    expect([await read(keys.result("a.txt")), store.sent.get(keys.result("b.txt"))]).toEqual([
      "one and two",
      22,
    ]);
  });

  test("what vanished again is no result, and leaves the store", async () => {
    file("tmp.ckpt", "x");
    file("last.ckpt", "y");
    const one = uploader("*.ckpt");
    await one.syncResults(1);
    await one.syncResults(1);
    expect(await stored()).toEqual(["provisional.json", "results/last.ckpt", "results/tmp.ckpt"]);
    rmSync(join(work, "tmp.ckpt"));
    await one.finish(finished());
    expect((await manifest())?.files.map((entry) => entry.name)).toEqual(["last.ckpt"]);
    expect(await read(keys.result("tmp.ckpt"))).toBeUndefined();
  });

  test("what an earlier run or a dead runner left under results/ goes as well", async () => {
    await store.putBytes(keys.result("old.txt"), Buffer.from("old"));
    file("new.txt", "new");
    await uploader("*.txt").finish(finished({ attempt: 2 }));
    expect((await stored()).filter((key) => key.startsWith("results/"))).toEqual(["results/new.txt"]);
  });

  test("a manifest of an earlier run no longer vouches", async () => {
    await uploader().finish(finished());
    await uploader().syncLogs({ attempt: 2, stdout: "none", stderr: "none", merged: "none" });
    expect(await manifest()).toBeUndefined();
  });

  test("logs that grow fast are there, for at most twice their size in all", async () => {
    const logs = { stdout: file("out", ""), stderr: file("err", ""), merged: file("merged", "") };
    const parts = { store, queueId: "q", job: "train", patterns: [], workingDirectory: work };
    const one = createJobUploader({ ...parts, clock: new FakeClock() });
    for (let step = 0; step < 200; step += 1) {
      appendFileSync(logs.stdout, "x".repeat(1000 + step * 7));
      await one.syncLogs({ attempt: 1, ...logs });
      if (step === 100) expect((await read(keys.attempt(1).stdout))?.length).toBeGreaterThan(30_000);
    }
    await one.finishAttempt({ attempt: 1, ...logs, exitCode: 0 });
    const size = (await read(keys.attempt(1).stdout))?.length ?? 0;
    expect(size).toBe(200 * 1000 + (7 * 199 * 200) / 2);
    expect(store.sent.get(keys.attempt(1).stdout)).toBeLessThanOrEqual(2 * size);
    await one.syncLogs({ attempt: 1, ...logs });
    expect((await read(keys.attempt(1).stdout))?.length).toBe(size);
  });

  test("a small log is in a store that replaces every ten seconds, the raw ones every minute", async () => {
    const clock = new FakeClock();
    const logs = { stdout: file("out", ""), stderr: file("err", ""), merged: file("merged", "") };
    const parts = { store, queueId: "q", job: "train", patterns: [], workingDirectory: work };
    const one = createJobUploader({ ...parts, clock });
    let written = 0;
    for (let s = 0; s < 400; s += 5) {
      for (let line = 1; line <= 5; line += 1) {
        appendFileSync(logs.stdout, `Epoch ${s + line}/400\n`);
        appendFileSync(logs.merged, `[12:00:00] Epoch ${s + line}/400\n`);
        written += 1;
      }
      await one.syncLogs({ attempt: 1, ...logs });
      const lines = async (key: string): Promise<number> => ((await read(key)) ?? "").split("\n").length - 1;
      expect(written - (await lines(keys.merged))).toBeLessThanOrEqual(10);
      expect(written - (await lines(keys.attempt(1).stdout))).toBeLessThanOrEqual(60);
      clock.advance(5_000);
    }
    // 40 times a log of 10 KiB, on the way to it.
    expect(store.sent.get(keys.merged)).toBeLessThan(220_000);
    expect(store.sent.get(keys.attempt(1).stdout)).toBeLessThan(25_000);
  });

  test("overlapping calls are done one after another", async () => {
    file("a.txt", "one");
    const one = uploader("a.txt");
    await one.syncResults(1);
    await Promise.all([
      one.syncResults(1),
      one.syncResults(1),
      one.syncLogs({ attempt: 1, stdout: "none", stderr: "none", merged: "none" }),
      finishAttempt(one, 1, 0),
      one.finish(finished()),
    ]);
    expect(store.sent.get(keys.result("a.txt"))).toBe(3);
    expect((await manifest())?.files).toHaveLength(1);
  });
});

describe("a file that changes while it is stored", () => {
  test("is stored again until it was still", async () => {
    const path = file("a.txt", "v0");
    let puts = 0;
    store.beforePut = async (key) => {
      if (key !== keys.result("a.txt")) return;
      puts += 1;
      if (puts < 3) writeFileSync(path, `version ${puts}`);
    };
    const { warnings } = await uploader("a.txt").finish(finished());
    expect([puts, warnings, await read(keys.result("a.txt"))]).toEqual([3, [], "version 2"]);
  });

  test("and never is still is stored with a warning, and described as stored", async () => {
    const path = file("a.txt", "v");
    store.beforePut = async () => appendFileSync(path, "v");
    const { warnings } = await uploader("a.txt").finish(finished());
    expect(warnings).toEqual([
      `${path} was changing while it was stored: what is stored may be half old, half new`,
    ]);
    const bytes = await store.readBytes(keys.result("a.txt"));
    expect((await manifest())?.files[0]).toMatchObject({
      size: bytes?.length,
      sha256: createHash("sha256")
        .update(bytes ?? "")
        .digest("hex"),
    });
  });

  test("or vanishes is named", async () => {
    const path = file("b.txt", "v");
    file("a.txt", "w");
    store.beforePut = async (key) => {
      if (key === keys.result("a.txt")) rmSync(path, { force: true });
    };
    const summary = await createJobUploader({
      ...{ store, queueId: "q", job: "train", patterns: ["*.txt"], workingDirectory: work, concurrency: 1 },
    }).finish(finished());
    expect(summary).toMatchObject({ files: 1, missing: [path] });
    expect(summary.warnings).toEqual([`${path} is not in the results: it vanished while it was stored`]);
  });
});

describe("a store that is full", () => {
  test("makes finish reject without a manifest; a second finish sends only the rest", async () => {
    for (const name of ["a.bin", "b.bin"]) file(name, name);
    store.beforePut = async (key) => {
      if (key === keys.result("b.bin")) throw new SpawnError("no-space", "no space left");
    };
    const one = uploader("*.bin");
    await expect(one.finish(finished())).rejects.toMatchObject({ code: "no-space" });
    expect(await store.readBytes(keys.manifest)).toBeUndefined();

    store.beforePut = async () => {};
    expect(await one.finish(finished())).toMatchObject({ files: 2, missing: [], warnings: [] });
    expect(store.sent.get(keys.result("a.bin"))).toBe(5);
  });
});

describe("the deadline", () => {
  test("ends finish with what is up by then, and names the rest; a second finish completes it", async () => {
    for (const name of ["a.bin", "b.bin", "c.bin"]) file(name, name);
    const deadline = new AbortController();
    store.beforePut = async (key) => {
      if (key === keys.result("b.bin")) deadline.abort(new Error("too late"));
    };
    const one = createJobUploader({
      ...{ store, queueId: "q", job: "train", patterns: ["*.bin"], workingDirectory: work, concurrency: 1 },
    });
    const summary = await one.finish(finished({ deadline: deadline.signal }));
    expect(summary.files).toBe(1);
    expect(summary.missing).toEqual([join(work, "b.bin"), join(work, "c.bin")]);
    expect(summary.warnings).toEqual(
      summary.missing.map((path) => `${path} is not in the results: the deadline passed`),
    );
    expect((await manifest())?.missing).toHaveLength(2);

    store.beforePut = async () => {};
    expect(await one.finish(finished())).toMatchObject({ files: 3, missing: [], warnings: [] });
    expect(store.sent.get(keys.result("a.bin"))).toBe(5);
  });

  test("that has passed before leaves a manifest without files", async () => {
    file("a.bin", "a");
    const summary = await uploader("a.bin").finish(finished({ deadline: AbortSignal.abort() }));
    expect(summary).toMatchObject({ files: 0, missing: [join(work, "a.bin")] });
    expect((await manifest())?.files).toEqual([]);
  });
});

describe("a job that stops before it is over", () => {
  const paused = () => finished({ merged: file("logs/merged", "log") });

  test("leaves what it has in the store, changed or new, and nothing vouches for it", async () => {
    file("ck", "old");
    const one = uploader("ck*");
    await one.syncResults(1);
    await one.syncResults(1);
    file("ck", "newer");
    file("ck.final", "last");
    const summary = await one.storeSoFar(paused());
    expect(summary).toEqual({ files: 2, bytes: 9, missing: [], warnings: [] });
    expect([
      await read(keys.result("ck")),
      await read(keys.result("ck.final")),
      await read(keys.merged),
    ]).toEqual(["newer", "last", "log"]);
    expect(await stored()).toEqual([
      "merged.log",
      "metadata.json",
      "provisional.json",
      "results/ck",
      "results/ck.final",
    ]);
  });

  test("keeps in the store what it had just removed to write it anew", async () => {
    file("ck", "good");
    const one = uploader("ck");
    await one.syncResults(1);
    await one.syncResults(1);
    rmSync(join(work, "ck"));
    await one.syncResults(1);
    await one.storeSoFar(paused());
    expect(await read(keys.result("ck"))).toBe("good");
  });

  test("waits with no file for a large one that is on its way, and stores that as it is now", async () => {
    file("large", "x".repeat(1_000));
    for (const name of ["a", "b"]) file(name, name);
    const one = createJobUploader({
      ...{ store, queueId: "q", job: "train", patterns: ["*"], workingDirectory: work, concurrency: 2 },
    });
    await one.syncResults(1);
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const begun: string[] = [];
    store.beforePut = async (key) => {
      begun.push(key.slice(keys.folder.length));
      if (key === keys.result("large") && begun.filter((name) => name.endsWith("large")).length === 1)
        await held;
    };
    const syncing = one.syncResults(1).catch(() => {});
    while (!begun.includes("results/b")) await new Promise(setImmediate);
    file("large", "y".repeat(2_000));
    file("c", "new");
    const storing = one.storeSoFar(paused());
    while ((await read(keys.result("c"))) === undefined) await new Promise(setImmediate);
    letGo();
    await Promise.all([storing, syncing]);
    expect(await read(keys.result("large"))).toBe("y".repeat(2_000));
    expect(begun.filter((name) => name.startsWith("results/")).slice(-2)).toEqual([
      "results/c",
      "results/large",
    ]);
  });

  test("has stored the small ones when the time is over, and names the others", async () => {
    file("large", "x".repeat(1_000));
    file("small", "x");
    const deadline = new AbortController();
    store.beforePut = async (key) => {
      if (key === keys.result("large")) deadline.abort();
    };
    const one = createJobUploader({
      ...{ store, queueId: "q", job: "train", patterns: ["*"], workingDirectory: work, concurrency: 1 },
    });
    const { missing } = await one.storeSoFar(finished({ deadline: deadline.signal }));
    expect(missing).toEqual([join(work, "large")]);
    expect(await read(keys.result("small"))).toBe("x");
  });

  test("has its merged log and its results as they are, and no manifest", async () => {
    await uploader("*.ckpt").finish(finished());
    file("1.ckpt", "just written");
    const one = uploader("*.ckpt");
    const merged = file("merged", "a line\n");
    await one.storeSoFar({ attempt: 1, merged, metadata: {} });
    expect(await read(keys.result("1.ckpt"))).toBe("just written");
    expect(await read(keys.merged)).toBe("a line\n");
    expect(await manifest()).toBeUndefined();
    await one.storeSoFar({ attempt: 1, merged, metadata: {} });
    expect(store.sent.get(keys.result("1.ckpt"))).toBe(12);
    appendFileSync(merged, "another\n");
    await one.storeSoFar({ attempt: 1, merged, metadata: {} });
    expect(await read(keys.merged)).toBe("a line\nanother\n");
  });

  test("keeps what the attempt before has left in the store", async () => {
    await store.putBytes(keys.result("1.ckpt"), Buffer.from("of the attempt before"));
    await uploader("*.ckpt").storeSoFar({ attempt: 1, merged: join(work, "no-log"), metadata: {} });
    expect(await read(keys.result("1.ckpt"))).toBe("of the attempt before");
  });

  test("is tried again where the store fails", async () => {
    file("1.ckpt", "x");
    store.beforePut = async (key) => {
      if (key === keys.result("1.ckpt")) throw new SpawnError("store-failed", "no answer");
    };
    const one = uploader("*.ckpt");
    await expect(one.storeSoFar({ attempt: 1, merged: "none", metadata: {} })).rejects.toMatchObject({
      code: "store-failed",
    });
    store.beforePut = async () => {};
    await one.storeSoFar({ attempt: 1, merged: "none", metadata: {} });
    expect(await read(keys.result("1.ckpt"))).toBe("x");
  });
});

describe("where provisional results belong", () => {
  async function described(): Promise<unknown> {
    const text = await read(keys.provisional);
    return text === undefined ? undefined : decodeProvisional(text, keys.folder);
  }

  const row = (name: string, mode = "0644") => ({
    ...{ path: join(work, name), key: keys.result(name), name, mode },
  });

  test("is known before they are stored, and no more when a manifest vouches for them", async () => {
    file("ck", "one");
    const one = uploader("ck*");
    store.beforePut = async (key) => {
      if (key === keys.result("ck")) expect(await described()).toEqual({ attempt: 1, files: [row("ck")] });
    };
    await one.syncResults(1);
    await one.syncResults(1);
    expect(await described()).toEqual({ attempt: 1, files: [row("ck")] });
    await one.finish(finished());
    expect(await described()).toBeUndefined();
    expect((await manifest())?.files).toHaveLength(1);
  });

  test("is put again only when other files are there, not when they change", async () => {
    file("ck", "one");
    const one = uploader("ck*");
    let puts = 0;
    store.beforePut = async (key) => {
      if (key === keys.provisional) puts += 1;
    };
    for (let look = 0; look < 5; look += 1) {
      await one.syncResults(1);
      await one.syncResults(1);
      file("ck", `${look}`);
    }
    expect(puts).toBe(1);
    file("ck.final", "last");
    await one.storeSoFar(finished());
    expect(puts).toBe(2);
    expect(await described()).toEqual({ attempt: 1, files: [row("ck"), row("ck.final")] });
  });

  test("is what the manifest said, when the job runs again", async () => {
    const path = file("ck", "one");
    await uploader("ck").finish(finished());
    rmSync(path);
    await uploader("ck").syncLogs({ attempt: 2, stdout: "none", stderr: "none", merged: "none" });
    expect(await manifest()).toBeUndefined();
    expect(await described()).toEqual({ attempt: 1, files: [row("ck")] });
    expect(await read(keys.result("ck"))).toBe("one");
  });
});
