import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineSplitter, LONGEST_LINE_BYTES } from "./line-splitter.js";

function split(chunks: readonly Buffer[]): string[] {
  const splitter = new LineSplitter();
  const lines = chunks.flatMap((chunk) => [...splitter.push(chunk)]);
  const last = splitter.flush();
  return [...lines, ...(last === undefined ? [] : [last])].map((line) => line.toString("latin1"));
}

describe("LineSplitter", () => {
  it.each([
    ["a\nb\n", ["a", "b"]],
    ["a\r\nb", ["a", "b"]],
    ["10%\r20%\r100%\n", ["10%", "20%", "100%"]],
    ["\n\n", ["", ""]],
    ["\r\r\n", ["", ""]],
    ["", []],
  ])("splits %j", (text, lines) => {
    expect(split([Buffer.from(text)])).toEqual(lines);
  });

  it("cuts a line without an end, losing nothing", () => {
    const text = "x".repeat(LONGEST_LINE_BYTES * 2 + 10);
    const lines = split([Buffer.from(text)]);
    expect(lines.map((line) => line.length)).toEqual([LONGEST_LINE_BYTES, LONGEST_LINE_BYTES, 10]);
  });

  it("gives the same lines however the bytes arrive", () => {
    const text = fc.array(fc.constantFrom("a", "b", "\n", "\r", "\xff"), { maxLength: 40 });
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), (letters, cuts) => {
        const bytes = Buffer.from(letters.join(""), "latin1");
        const ends = [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        expect(split(chunks)).toEqual(split([bytes]));
      }),
    );
  });
});
