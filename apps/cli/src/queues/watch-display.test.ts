import { queueStatus } from "@spawn/status-model";
import { firstPipelineRunning, foldOf, START_AT } from "@spawn/status-model/testing";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { FrameOf } from "../terminal/live-screen.js";
import { drawnDisplay } from "./watch-display.js";

const status = queueStatus(foldOf(firstPipelineRunning()), {
  wallMs: START_AT + 15_000,
  t: 15_000,
  runner: "alive",
});

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it("a drawn status grows older every second, until the next one or the end", () => {
  const frames: string[] = [];
  const from = Date.now();
  const screen = {
    draw: (frameOf: FrameOf) => void frames.push(frameOf({ columns: 80, rows: 24 })),
    clear: () => void frames.push("cleared"),
    keep: () => void frames.push("kept"),
  };
  const age = () => `${(Date.now() - from) / 1000}s`;
  const display = drawnDisplay(
    screen,
    ({ status: state }) => `${state} ${age()}`,
    ({ status: state }) => frames.push(`last: ${state}`),
  );
  display.show(status);
  vi.advanceTimersByTime(2_500);
  display.show({ ...status, status: "interrupted" });
  vi.advanceTimersByTime(1_000);
  display.end({ ...status, status: "completed" });
  vi.advanceTimersByTime(10_000);
  expect(frames).toEqual([
    ...["running 0s", "running 1s", "running 2s", "interrupted 2.5s", "interrupted 3.5s"],
    ...["cleared", "last: completed"],
  ]);
});
