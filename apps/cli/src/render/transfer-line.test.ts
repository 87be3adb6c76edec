import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { paletteOf } from "./palette.js";
import { transferLine } from "./transfer-line.js";

const plain = paletteOf(false);
const view = {
  what: "Fetching",
  bytes: { done: 120e6, total: 280e6 },
  files: { done: 12, total: 30 },
  elapsedMs: 4_000,
};

describe("the line of a transfer", () => {
  it("has a bar, what was fetched, how fast, and how long yet", () => {
    expect(transferLine(view, 120, plain)).toBe(
      "Fetching ████████████░░░░░░░░░░░░░░░░░░  42 %  120 MB of 280 MB, 12 of 30 files, 30 MB/s, 6s left",
    );
  });

  it("says nothing of its pace at first, and nothing of files where it is one", () => {
    const { files: _, ...one } = view;
    expect(transferLine({ ...one, elapsedMs: 10 }, 60, plain)).toBe(
      "Fetching █████░░░░░░░  42 %  120 MB of 280 MB",
    );
  });

  it("leaves the files out where there is no room for them", () => {
    expect(transferLine(view, 70, plain)).toBe(
      "Fetching █████░░░░░░░  42 %  120 MB of 280 MB, 30 MB/s, 6s left",
    );
  });

  it("is full at the end, also of nothing", () => {
    const bytes = { done: 0, total: 0 };
    expect(transferLine({ what: "Fetching", bytes, elapsedMs: 0 }, 40, plain)).toContain("100 %");
  });

  it.each([20, 40, 60, 80, 200])("fits into %d columns", (columns) => {
    expect(stringWidth(transferLine(view, columns, paletteOf(true)))).toBeLessThan(columns);
  });
});
