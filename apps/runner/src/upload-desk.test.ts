import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { instanceLayout, readLogStarts } from "@spawn/attempt-runner";
import { loadQueueFile } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import { folderStore, type ResultStore } from "@spawn/result-store";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LogDesk } from "./log-desk.js";
import { UploadDesk } from "./upload-desk.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-uploads-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/**
 * A desk for one job, with an attempt that wrote `hello`; `onWait` is called instead of waiting, `beforePut` before a file
 * is stored.
 */
function open(
  onWait: () => void | Promise<void>,
  beforePut: (key: string) => Promise<void> = async () => {},
) {
  const layout = instanceLayout(join(folder, "instance"));
  for (const path of layout.folders) mkdirSync(path, { recursive: true });
  const { spec } = loadQueueFile('{"jobs":[{"job_id":"a","command":"true"}]}', { fileName: "queue.json" });
  const job = spec?.jobs[0];
  if (job === undefined) throw new Error("the test's queue file is wrong");
  writeFileSync(layout.attempt("a", 1).stdout, "hello\n");
  writeFileSync(layout.attempt("a", 1).stderr, "");
  const logs = new LogDesk({ layout, wallMs: () => 0, carriedValues: [] });
  logs.follow("a", 1);
  const store = folderStore(join(folder, "store"));
  const stored: string[] = [];
  const delays: string[] = [];
  const desk = new UploadDesk({
    store: refusing(store, beforePut),
    queueId: "q",
    workingDirectoryOf: () => folder,
    attemptFiles: (id, attempt) => layout.attempt(id, attempt),
    mergedLogPath: (id) => layout.mergedLog(id),
    mergedLogStarts: (id) => readLogStarts(layout.mergedLogStarts(id)),
    logs,
    onStored: (id) => stored.push(id),
    onDelayed: ({ why }) => delays.push(why),
    onWarning: () => {},
    wait: async () => await onWait(),
  });
  return { desk, job, stored, delays };
}

/** The same store, asked `beforePut` first. */
function refusing(store: ResultStore, beforePut: (key: string) => Promise<void>): ResultStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === "putFile") {
        return async (...args: Parameters<ResultStore["putFile"]>) => {
          await beforePut(args[0]);
          return await target.putFile(...args);
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const inStore = (key: string): string => join(folder, "store", "q", key);

describe("UploadDesk", () => {
  it("stores an attempt that the store would not take at first before it vouches for the job", async () => {
    const obstacle = inStore("a");
    mkdirSync(dirname(obstacle), { recursive: true });
    writeFileSync(obstacle, "a file where the job's folder should be");
    let waits = 0;
    const { desk, job, stored } = open(() => {
      waits += 1;
      // The attempt's tries are used up with the fourth failure; the job's come after it.
      if (waits === 4) rmSync(obstacle);
    });
    desk.attemptEnded(job, { attempt: 1, exitCode: 0 });
    desk.jobEnded(job, { attempt: 1, exitCode: 0, metadata: {} });
    await desk.settled();
    expect([stored, desk.unstored()]).toEqual([["a"], []]);
    expect(readFileSync(inStore("a/stdout.log"), "utf8")).toBe("hello\n");
    expect(readFileSync(inStore("a/attempts/1/stdout.log"), "utf8")).toBe("hello\n");
  });

  it("says nothing of the job while the store fails, and why once; given up, it names the job", async () => {
    mkdirSync(inStore("."), { recursive: true });
    writeFileSync(inStore("a"), "a file where the job's folder should be");
    let waits = 0;
    const { desk, job, stored, delays } = open(() => {
      waits += 1;
      if (waits === 20) desk.giveUp();
    });
    desk.attemptEnded(job, { attempt: 1, exitCode: 0 });
    desk.jobEnded(job, { attempt: 1, exitCode: 0, metadata: {} });
    await desk.settled();
    expect(stored).toEqual([]);
    expect(delays).toHaveLength(1);
    expect(desk.unstored()).toMatchObject([
      { job: "a", attempt: 1, why: expect.stringContaining("not a directory") },
    ]);
  });

  it("vouches for what is up when the rest is given up, and still counts the job as unstored", async () => {
    writeFileSync(join(folder, "good.txt"), "good");
    writeFileSync(join(folder, "bad.txt"), "bad");
    const refuse = async (key: string): Promise<void> => {
      if (key.endsWith("bad.txt")) throw new SpawnError("store-failed", `${key} is refused`);
    };
    const { desk, job, stored } = open(() => desk.giveUp(), refuse);
    const declaring = { ...job, resultFiles: ["*.txt"] };
    desk.attemptEnded(declaring, { attempt: 1, exitCode: 0 });
    desk.jobEnded(declaring, { attempt: 1, exitCode: 0, metadata: {} });
    await desk.settled();
    expect(stored).toEqual([]);
    expect(desk.unstored()).toMatchObject([{ job: "a", why: expect.stringContaining("bad.txt") }]);
    const manifest = JSON.parse(readFileSync(inStore("a/manifest.json"), "utf8"));
    expect(manifest.files).toMatchObject([{ name: "good.txt" }]);
    expect(manifest.missing).toMatchObject([{ path: join(folder, "bad.txt") }]);
  });

  it("leaves its places to others while it waits to try again", async () => {
    mkdirSync(inStore("."), { recursive: true });
    const names = Array.from({ length: 6 }, (_, i) => `failing-${i}`);
    for (const name of names) writeFileSync(inStore(name), "a file where the job's folder should be");
    const { desk, job, stored } = open(() => new Promise<void>(() => {}));
    for (const id of [...names, "a"])
      desk.jobEnded({ ...job, id }, { attempt: 1, exitCode: 0, metadata: {} });
    await vi.waitUntil(() => stored.length > 0);
    expect(stored).toEqual(["a"]);
    desk.giveUp();
    await desk.settled();
    expect(desk.unstored().map(({ job: id }) => id)).toEqual(names);
  });
});
