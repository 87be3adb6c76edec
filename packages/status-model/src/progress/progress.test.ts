import { describe, expect, it } from "vitest";
import { percentOf, timeLeftMs } from "./progress.js";

describe("timeLeftMs", () => {
  it("goes on as fast as it went so far", () => {
    expect(timeLeftMs({ done: 52, total: 100 }, 7_800_000)).toBe(7_200_000);
    expect(timeLeftMs({ done: 100, total: 100 }, 5000)).toBe(0);
  });

  it("says nothing before the first step", () => {
    expect(timeLeftMs({ done: 0, total: 100 }, 5000)).toBeUndefined();
  });

  it("does not go below zero when time seems to run backwards", () => {
    expect(timeLeftMs({ done: 1, total: 2 }, -5)).toBe(0);
  });
});

describe("percentOf", () => {
  it("rounds down", () => {
    expect(percentOf({ done: 52, total: 100 })).toBe(52);
    expect(percentOf({ done: 2, total: 3 })).toBe(66);
    expect(percentOf({ done: 999, total: 1000 })).toBe(99);
  });
});
