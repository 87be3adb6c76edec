import type { JobRow } from "@spawn/status-model";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { jobRowLines } from "./job-rows.js";
import { paletteOf } from "./palette.js";

const ROWS: readonly JobRow[] = [
  {
    icon: "✓",
    id: "extract",
    state: "completed",
    cells: ["Duration: 10s", "Attempts: 1/2", "Exit: 0"],
    notes: [],
  },
  {
    icon: "▶",
    id: "train",
    state: "running",
    cells: ["Elapsed: 5s", "Attempts: 2/2"],
    notes: ["Progress: 5/10"],
  },
];

function linesAt(columns?: number): string {
  return `\n${jobRowLines(ROWS, paletteOf(false), columns).flat().join("\n")}\n`;
}

describe("jobRowLines", () => {
  it("aligns the rows, with their notes below them", () => {
    expect(linesAt()).toBe(`
  ✓ extract   completed   Duration: 10s   Attempts: 1/2   Exit: 0
  ▶ train     running     Elapsed: 5s     Attempts: 2/2
    └─ Progress: 5/10
`);
  });

  it("moves the columns closer where they are too wide for the terminal", () => {
    expect(linesAt(60)).toBe(`
  ✓ extract completed Duration: 10s Attempts: 1/2 Exit: 0
  ▶ train   running   Elapsed: 5s   Attempts: 2/2
    └─ Progress: 5/10
`);
  });

  it("puts what still does not fit below, never a part of a cell", () => {
    const lines = linesAt(40);
    expect(lines).toBe(`
  ✓ extract completed Duration: 10s
      Attempts: 1/2 Exit: 0
  ▶ train   running   Elapsed: 5s
      Attempts: 2/2
    └─ Progress: 5/10
`);
    for (const line of lines.split("\n")) expect(stringWidth(line)).toBeLessThan(40);
  });
});
