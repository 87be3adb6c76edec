import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readJobLive } from "./read-job-live.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-live-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function read(): ReturnType<typeof readJobLive> {
  return readJobLive({ log: join(folder, "train.log"), progress: join(folder, "progress") });
}

describe("readJobLive", () => {
  it("is empty before the job has written anything", () => {
    expect(read()).toEqual({ recentOutput: [] });
  });

  it("gives the last five complete lines and the last progress", () => {
    const lines = Array.from({ length: 9 }, (_, index) => `[10:45:0${index}] Epoch ${index + 1}/100`);
    writeFileSync(join(folder, "train.log"), `${lines.join("\n")}\n[10:45:10] Epoch 10`);
    expect(read().recentOutput).toEqual(lines.slice(4));
    expect(read().progress).toEqual({ label: "Epoch 9/100", done: 9, total: 100 });
  });

  it("does not take the time of a line for progress", () => {
    writeFileSync(join(folder, "train.log"), "[10:45:00] loading\n");
    expect(read()).toEqual({ recentOutput: ["[10:45:00] loading"] });
  });

  it("prefers what the job says in its progress file", () => {
    writeFileSync(join(folder, "train.log"), "[10:45:00] Epoch 1/100\n");
    writeFileSync(join(folder, "progress"), '{"done":52,"total":100}\n');
    expect(read().progress).toMatchObject({ done: 52, total: 100 });
  });

  it("reads only the end of a long log, from a whole line on", () => {
    writeFileSync(join(folder, "train.log"), `${"x".repeat(20_000)}\n[10:00:00] end\n`);
    expect(read().recentOutput).toEqual(["[10:00:00] end"]);
  });
});
