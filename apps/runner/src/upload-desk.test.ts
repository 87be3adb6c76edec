import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { instanceLayout } from "@spawn/attempt-runner";
import { loadQueueFile } from "@spawn/config-schema";
import { folderStore } from "@spawn/result-store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LogDesk } from "./log-desk.js";
import { UploadDesk } from "./upload-desk.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-uploads-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A desk for one job, with an attempt that wrote `hello`; `onWait` is called instead of waiting. */
function open(onWait: () => void) {
  const layout = instanceLayout(join(folder, "instance"));
  for (const path of layout.folders) mkdirSync(path, { recursive: true });
  const { spec } = loadQueueFile('{"jobs":[{"job_id":"a","command":"true"}]}', { fileName: "queue.json" });
  const job = spec?.jobs[0];
  if (job === undefined) throw new Error("the test's queue file is wrong");
  writeFileSync(layout.attempt("a", 1).stdout, "hello\n");
  writeFileSync(layout.attempt("a", 1).stderr, "");
  const logs = new LogDesk({ layout, wallMs: () => 0, carriedValues: [] });
  logs.follow("a", 1);
  const stored: string[] = [];
  const desk = new UploadDesk({
    store: folderStore(join(folder, "store")),
    queueId: "q",
    workingDirectoryOf: () => folder,
    attemptFiles: (id, attempt) => layout.attempt(id, attempt),
    mergedLogPath: (id) => layout.mergedLog(id),
    logs,
    onStored: (id) => stored.push(id),
    onWarning: () => {},
    wait: async () => onWait(),
  });
  return { desk, job, stored };
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
    await desk.idle();
    expect(stored).toEqual(["a"]);
    expect(readFileSync(inStore("a/stdout.log"), "utf8")).toBe("hello\n");
    expect(readFileSync(inStore("a/attempts/1/stdout.log"), "utf8")).toBe("hello\n");
  });

  it("says nothing of the job while the store fails", async () => {
    mkdirSync(inStore("."), { recursive: true });
    writeFileSync(inStore("a"), "a file where the job's folder should be");
    const { desk, job, stored } = open(() => {});
    desk.attemptEnded(job, { attempt: 1, exitCode: 0 });
    desk.jobEnded(job, { attempt: 1, exitCode: 0, metadata: {} });
    await expect(desk.idle()).rejects.toThrow();
    expect(stored).toEqual([]);
  });
});
