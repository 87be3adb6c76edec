import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readJobLive } from "./read-job-live.js";

describe("readJobLive", () => {
  let folder: string;
  let log: string;
  let progress: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "spawn-live-"));
    log = join(folder, "train.log");
    progress = join(folder, "progress.json");
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it("is empty before the job wrote anything", () => {
    expect(readJobLive({ log, progress })).toEqual({ recentOutput: [] });
  });

  it("shows the last five lines and the last progress", () => {
    writeFileSync(
      log,
      `${Array.from({ length: 8 }, (_, i) => `Epoch ${i + 1}/10`).join("\n")}\nSaving...\nEpoch 9/1`,
    );
    expect(readJobLive({ log, progress })).toEqual({
      recentOutput: ["Epoch 5/10", "Epoch 6/10", "Epoch 7/10", "Epoch 8/10", "Saving..."],
      progress: { label: "Epoch 8/10", done: 8, total: 10 },
    });
  });

  it("believes the progress file more than the log, once it is whole", () => {
    writeFileSync(log, "Epoch 1/10\n");
    writeFileSync(progress, '{"done":52,"to');
    expect(readJobLive({ log, progress }).progress?.done).toBe(1);
    writeFileSync(progress, '{"done":52,"total":100}');
    expect(readJobLive({ log, progress }).progress).toEqual({ label: "52/100", done: 52, total: 100 });
  });

  it("takes no progress from the attempts before the one that runs, but shows their last lines", () => {
    const before = "Epoch 9/10\nlost\n";
    writeFileSync(log, before);
    expect(readJobLive({ log, from: undefined })).toEqual({ recentOutput: ["Epoch 9/10", "lost"] });
    writeFileSync(log, `${before}start\n`);
    expect(readJobLive({ log, from: before.length })).toEqual({
      recentOutput: ["Epoch 9/10", "lost", "start"],
    });
    writeFileSync(log, `${before}Epoch 1/10\n`);
    expect(readJobLive({ log, from: before.length }).progress?.done).toBe(1);
    writeFileSync(log, `${before}Epoch 2/10\n${"y\n".repeat(32_700)}`);
    expect(readJobLive({ log, from: before.length }).progress?.done).toBe(2);
  });

  it("reads the end of a large log, whole lines only", () => {
    writeFileSync(log, `Epoch 1/10\n${"x".repeat(70_000)}\nlast\n`);
    expect(readJobLive({ log })).toEqual({ recentOutput: ["last"] });
  });
});
