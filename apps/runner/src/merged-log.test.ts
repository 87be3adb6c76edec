import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logRangeOf, readLogStarts } from "@spawn/attempt-runner";
import { createMask } from "@spawn/config-schema";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MergedLog } from "./merged-log.js";

let folder: string;
let wallMs: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-log-"));
  wallMs = new Date(2026, 0, 27, 10, 45, 12).getTime();
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const path = (name: string): string => join(folder, name);
const filesOf = (attempt: number) => ({
  claim: path(`${attempt}.claim`),
  stdout: path(`${attempt}.stdout`),
  stderr: path(`${attempt}.stderr`),
  command: path(`${attempt}.command`),
});

function openLog(mask: (text: string) => string = (text) => text): MergedLog {
  return new MergedLog({
    path: path("job.log"),
    indexPath: path("index"),
    startsPath: path("starts"),
    filesOf,
    wallMs: () => wallMs,
    mask,
  });
}

const shown = (): string => readFileSync(path("job.log"), "utf8");

describe("MergedLog", () => {
  it("is there, and empty, before anything is printed", () => {
    openLog().follow(1);
    expect(shown()).toBe("");
  });

  it("merges both streams with the time", async () => {
    const log = openLog();
    log.follow(1);
    writeFileSync(filesOf(1).stdout, "out\nunfinished");
    writeFileSync(filesOf(1).stderr, "err\n");
    log.pump();
    expect(shown()).toBe("[10:45:12] out\n[10:45:12] err\n");
    await log.finish(1);
    expect(shown()).toBe("[10:45:12] out\n[10:45:12] err\n[10:45:12] unfinished\n");
  });

  it("shows an unfinished line after a second", () => {
    const log = openLog();
    log.follow(1);
    writeFileSync(filesOf(1).stdout, "Password: ");
    log.pump();
    expect(shown()).toBe("");
    wallMs += 1000;
    log.pump();
    expect(shown()).toBe("[10:45:13] Password: \n");
  });

  it("takes the next attempt after all of the one before", async () => {
    const log = openLog();
    log.follow(1);
    writeFileSync(filesOf(1).stdout, "one\n");
    log.follow(2);
    writeFileSync(filesOf(2).stdout, "two\n");
    await log.finish(1);
    await log.finish(2);
    expect(shown()).toBe("[10:45:12] one\n[10:45:12] two\n");
  });

  it("neither loses nor doubles a line when another runner goes on", async () => {
    const before = openLog();
    before.follow(1);
    writeFileSync(filesOf(1).stdout, "one\ntwo\nthr");
    before.pump();
    // The runner is killed after it wrote and before it noted that.
    appendFileSync(path("job.log"), "[10:45:12] three, not");
    appendFileSync(filesOf(1).stdout, "ee\n");
    const after = openLog();
    after.follow(1);
    await after.finish(1);
    expect(shown()).toBe("[10:45:12] one\n[10:45:12] two\n[10:45:12] three\n");
  });

  it("makes the log anew where the note of its length is damaged", async () => {
    const before = openLog();
    before.follow(1);
    writeFileSync(filesOf(1).stdout, "one\n");
    before.pump();
    writeFileSync(path("index"), '{"attempt":1,"std');
    const after = openLog();
    after.follow(1);
    await after.finish(1);
    expect(shown()).toBe("[10:45:12] one\n");
  });

  it("takes what a runner before left of attempts that are over by now", async () => {
    const before = openLog();
    before.follow(1);
    writeFileSync(filesOf(1).stdout, "one\n");
    before.pump();
    appendFileSync(filesOf(1).stdout, "one, last\n");
    writeFileSync(filesOf(2).stdout, "two\n");
    writeFileSync(filesOf(3).stdout, "three\n");
    const after = openLog();
    after.follow(3);
    await after.finish(3);
    expect(shown()).toBe("[10:45:12] one\n[10:45:12] one, last\n[10:45:12] two\n[10:45:12] three\n");
  });

  it("has all attempts again where the log itself is shorter than was noted", async () => {
    const before = openLog();
    before.follow(1);
    writeFileSync(filesOf(1).stdout, "one\n");
    before.follow(2);
    writeFileSync(filesOf(2).stdout, "two\n");
    await before.finish(2);
    writeFileSync(path("job.log"), shown().slice(0, 20));
    const after = openLog();
    after.follow(2);
    await after.finish(2);
    expect(shown()).toBe("[10:45:12] one\n[10:45:12] two\n");
  });

  it("goes on with the next attempt when an earlier one is finished again", async () => {
    const before = openLog();
    before.follow(1);
    writeFileSync(filesOf(1).stdout, "one\n");
    before.follow(2);
    writeFileSync(filesOf(2).stdout, "two\n");
    await before.finish(1);
    before.pump();
    const after = openLog();
    after.follow(1);
    await after.finish(1);
    after.follow(2);
    appendFileSync(filesOf(2).stdout, "two, last\n");
    await after.finish(2);
    expect(shown()).toBe("[10:45:12] one\n[10:45:12] two\n[10:45:12] two, last\n");
  });

  it("notes where each attempt begins, also over a runner's death and where the log is made anew", async () => {
    const begins = (): readonly string[] => {
      const starts = readLogStarts(path("starts"));
      return [1, 2, 3, 4].map((attempt) => {
        const range = logRangeOf(starts, attempt);
        return range === undefined ? "" : shown().slice(range.from, range.to);
      });
    };
    const before = openLog();
    before.follow(1);
    writeFileSync(filesOf(1).stdout, "one\n");
    before.follow(2);
    before.follow(3);
    writeFileSync(filesOf(3).stdout, "three\n");
    await before.finish(2);
    before.pump();
    const after = openLog();
    after.follow(3);
    after.follow(4);
    writeFileSync(filesOf(4).stderr, "four\n");
    await after.finish(4);
    const all = ["[10:45:12] one\n", "", "[10:45:12] three\n", "[10:45:12] four\n"];
    expect(begins()).toEqual(all);
    writeFileSync(path("job.log"), "");
    writeFileSync(path("index"), "");
    const anew = openLog();
    anew.follow(4);
    await anew.finish(4);
    expect(begins()).toEqual(all);
  });

  it("masks", async () => {
    const log = openLog(createMask(["hunter22"]));
    log.follow(1);
    writeFileSync(filesOf(1).stdout, "password hunter22\n");
    await log.finish(1);
    expect(shown()).toBe("[10:45:12] password ***\n");
  });

  it("takes many megabytes in turns", async () => {
    const log = openLog();
    log.follow(1);
    const line = `${"y".repeat(99)}\n`;
    writeFileSync(filesOf(1).stdout, line.repeat(30_000));
    await log.finish(1);
    expect(shown().split("\n").length).toBe(30_001);
  });
});
