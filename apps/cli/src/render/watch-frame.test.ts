import { queueStatus } from "@spawn/status-model";
import { firstPipelineRunning, foldOf, START_AT } from "@spawn/status-model/testing";
import { describe, expect, it } from "vitest";
import { paletteOf } from "./palette.js";
import { statusText } from "./status-text.js";
import { watchFrame } from "./watch-frame.js";

const palette = paletteOf(false);
const status = queueStatus(foldOf(firstPipelineRunning()), {
  wallMs: START_AT + 15_000,
  t: 15_000,
  runner: "alive",
});
const text = statusText(status, { palette });
const height = text.split("\n").length;

describe("watchFrame", () => {
  it("is the whole status where it fits", () => {
    expect(watchFrame(text, status, { size: { columns: 80, rows: height + 2 }, palette })).toBe(text);
  });

  it("keeps the state and the jobs in sight where it does not", () => {
    const frame = watchFrame(text, status, { size: { columns: 80, rows: height + 1 }, palette });
    expect(frame).toContain("first-pipeline  running");
    expect(frame).toMatch(/step1 .*completed[\s\S]*step2 .*running[\s\S]*step3 .*pending/);
    expect(frame).toContain("Ctrl-C stops watching.");
    expect(frame.split("\n").length).toBeLessThan(height);
    expect(frame).not.toContain("ago");
  });

  it("says how old it is where it comes from afar", () => {
    const small = { columns: 80, rows: 24 };
    const of = (shown: typeof status, seenS: number): string =>
      watchFrame(text.repeat(9), shown, { size: small, palette, seenMs: START_AT + seenS * 1000 });
    expect(of(status, 18)).toContain("first-pipeline  running  15s  (heard 3s ago)\n");
    expect(of(status, 3)).toContain("(heard 0s ago)");
    const silent = { ...status, nothing_heard_since: status.updated_at };
    expect(of(silent, 75)).toContain("(nothing heard since its launch 1m ago)");
  });
});
