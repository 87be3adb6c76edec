import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, formatExactDuration, parseDuration, parseFlagDuration } from "./durations.js";

describe("parseDuration", () => {
  it.each([
    ["90s", 90_000],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["1h 30m", 5_400_000],
    ["1d", 86_400_000],
    ["500ms", 500],
    ["1.5h", 5_400_000],
    ["0s", 0],
  ])("reads %s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", "5", "5 m", "m", "5x", "-5m", "30m1h", "1h1h", "1e3s", "∞", "5m,", "99999999999999999999d"])(
    "refuses %j",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe("parseFlagDuration", () => {
  it("takes a bare number as seconds", () => {
    expect(parseFlagDuration("90")).toBe(90_000);
    expect(parseFlagDuration("5m")).toBe(300_000);
    expect(parseFlagDuration("five")).toBeUndefined();
  });
});

describe("formatDuration", () => {
  it.each([
    [999, "0s"],
    [10_000, "10s"],
    [55_999, "55s"],
    [863_000, "14m 23s"],
    [932_000, "15m 32s"],
    [7_375_000, "2h 2m"],
    [14_400_000, "4h"],
    [22_500_000, "6h 15m"],
    [7_080_000, "1h 58m"],
    [97_200_000, "1d 3h"],
    [86_405_000, "1d"],
  ])("writes %d ms as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it("writes the compact form of JSON", () => {
    expect(formatDuration(4_980_000, { separator: "" })).toBe("1h23m");
  });
});

describe("formatExactDuration", () => {
  it("is read back unchanged", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), (ms) => {
        expect(parseDuration(formatExactDuration(ms))).toBe(ms);
      }),
    );
  });
});
