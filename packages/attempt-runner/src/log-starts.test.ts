import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appendLogStart, logRangeOf, logStartOf, readLogStarts } from "./log-starts.js";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-starts-"));
  path = join(folder, "train");
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("the starts of a job's attempts in its merged log", () => {
  it("are none before anything was written; the first attempt begins at the beginning", () => {
    expect(readLogStarts(path)).toEqual(new Map());
    expect(logStartOf(path, 1)).toBe(0);
    expect(logStartOf(path, 2)).toBeUndefined();
  });

  it("give each attempt's bytes; one that wrote nothing has none", () => {
    appendLogStart(path, 3, 120);
    appendLogStart(path, 10, 150);
    const starts = readLogStarts(path);
    expect([1, 2, 3, 10, 11].map((attempt) => logRangeOf(starts, attempt))).toEqual([
      { from: 0, to: 120 },
      undefined,
      { from: 120, to: 150 },
      { from: 150 },
      undefined,
    ]);
  });

  it("count as noted last, and outlive a note that was torn", () => {
    appendFileSync(path, "\n2 98");
    appendLogStart(path, 2, 981);
    appendFileSync(path, "\n2");
    appendLogStart(path, 2, 990);
    expect(readLogStarts(path)).toEqual(new Map([[2, 990]]));
  });
});
