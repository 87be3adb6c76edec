import { describe, expect, it } from "vitest";
import { endFound } from "./recovery.js";

const WALL = Date.UTC(2026, 0, 27, 18);
const moment = (t: number, setBy = 0) => ({ t, at: WALL + t + setBy });

describe("an attempt that is found ended", () => {
  const attempt = { started: moment(2000) };
  const now = moment(13_000);

  it("ended when its exit code was recorded", () => {
    expect(endFound(attempt, WALL + 5000, now)).toBe(5000);
  });

  it("ended neither before its start nor after now", () => {
    expect(endFound(attempt, WALL, now)).toBe(2000);
    expect(endFound(attempt, WALL + 20_000, now)).toBe(13_000);
  });

  it.each([3_600_000, -3_600_000])("ended nobody knows when where the clock was set by %i ms", (setBy) => {
    expect(endFound(attempt, WALL + 5000, moment(13_000, setBy))).toBeUndefined();
  });

  it("ended nobody knows when where nothing was recorded", () => {
    expect(endFound(attempt, undefined, now)).toBeUndefined();
    expect(endFound(undefined, WALL + 5000, now)).toBeUndefined();
  });
});
