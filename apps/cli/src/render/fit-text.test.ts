import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { fitRows, wrapLine } from "./fit-text.js";

describe("wrapLine", () => {
  const line = "  ⚠ the quota for Standard instances could not be checked";

  it("leaves a line alone that fits, and any that goes to no terminal", () => {
    expect(wrapLine(line, 80)).toBe(line);
    expect(wrapLine(line.repeat(9), undefined)).toBe(line.repeat(9));
  });

  it("breaks it between words, further in than it begins", () => {
    expect(wrapLine(line, 40)).toBe("  ⚠ the quota for Standard instances\n    could not be checked");
  });

  it("cuts no word, however long", () => {
    expect(wrapLine("Tags: a=1, i-0123456789abcdef0, b=2", 12)).toBe(
      "Tags: a=1,\n  i-0123456789abcdef0,\n  b=2",
    );
  });
});

describe("fitRows", () => {
  const rows = [
    ["INSTANCE ID", "NAME", "STATE", "WHY"],
    ["i-0123456789abcdef0", "nightly", "running", "its queue has no instance"],
    ["i-0fedcba9876543210", "", "stopped", ""],
  ];

  it("has a line for each row where there is room, or no terminal", () => {
    expect(fitRows(rows, undefined)).toEqual(fitRows(rows, 200));
    expect(fitRows(rows, undefined)[1]).toBe(
      "i-0123456789abcdef0   nightly   running   its queue has no instance",
    );
  });

  it("goes on below where there is not, all rows in the same way", () => {
    expect(fitRows(rows, 44)).toEqual([
      "INSTANCE ID           NAME      STATE",
      "  WHY",
      "i-0123456789abcdef0   nightly   running",
      "  its queue has no instance",
      "i-0fedcba9876543210             stopped",
    ]);
  });

  it.each([24, 33, 40, 60, 80])(
    "is at most as wide as a terminal of %i columns, and loses nothing",
    (columns) => {
      const lines = fitRows(rows, columns).flatMap((line) => line.split("\n"));
      for (const line of lines) expect(stringWidth(line)).toBeLessThan(columns);
      const words = (text: readonly string[]) => text.join(" ").split(/\s+/).filter(Boolean).sort();
      expect(words(lines)).toEqual(words(rows.flat()));
    },
  );
});
