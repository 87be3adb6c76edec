import { describe, expect, it } from "vitest";
import { alignRows } from "./columns.js";

describe("alignRows", () => {
  it("aligns by what a terminal shows, not by code units", () => {
    const rows = [
      ["日本", "a"],
      ["e\u0301", "b"],
      ["\u001b[31mred\u001b[39m", "c"],
    ];
    expect(alignRows(rows, " | ")).toEqual(["日本 | a", "e\u0301    | b", "\u001b[31mred\u001b[39m  | c"]);
  });

  it("leaves nothing at the end of a line, and takes rows of different lengths", () => {
    expect(alignRows([["a", "long cell"], ["b", "x"], ["c"]])).toEqual(["a   long cell", "b   x", "c"]);
  });
});
