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
    expect(watchFrame(text, status, { columns: 80, rows: height + 2 }, palette)).toBe(text);
  });

  it("keeps the state and the jobs in sight where it does not", () => {
    const frame = watchFrame(text, status, { columns: 80, rows: height + 1 }, palette);
    expect(frame).toContain("first-pipeline  running");
    expect(frame).toMatch(/step1 .*completed[\s\S]*step2 .*running[\s\S]*step3 .*pending/);
    expect(frame).toContain("Ctrl-C stops watching.");
    expect(frame.split("\n").length).toBeLessThan(height);
  });
});
