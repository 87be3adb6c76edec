import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { START_AT } from "../testing/journals.js";
import { msBetween } from "./time-between.js";

const moment = (t: number, jump = 0) => ({ t, at: START_AT + t + jump });

describe("msBetween", () => {
  it("agrees with the seconds shown", () => {
    expect(msBetween(moment(900), moment(30_100))).toBe(30_000);
    expect(msBetween(moment(0), moment(30_999))).toBe(30_000);
  });

  it("stays right when the wall clock is set", () => {
    expect(msBetween(moment(0), moment(30_000, -3_600_000))).toBe(30_000);
    expect(msBetween(moment(0), moment(30_000, 3_600_000))).toBe(30_000);
  });

  it("is never negative nor a second off", () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e9), fc.integer({ min: -1e9, max: 1e9 }), (start, length, jump) => {
        const ms = msBetween(moment(start), moment(start + length, jump));
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(Math.abs(ms - length)).toBeLessThanOrEqual(1000 + length / 1000);
      }),
      { seed: 13 },
    );
  });
});
