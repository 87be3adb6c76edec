import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeCost, formatUsd } from "./estimated-cost.js";

const HOUR = 3_600_000;

describe("describeCost", () => {
  it.each([
    [0.0104, HOUR / 2, "~$0.005 (30 minutes × $0.0104/hour)"],
    [1.006, 8 * HOUR, "~$8.04 (8 hours × $1.006/hour)"],
    [0.5, 1.5 * HOUR, "~$0.75 (1 hour 30 minutes × $0.50/hour)"],
    [2, HOUR, "~$2.00 (1 hour × $2.00/hour)"],
    [0.29, HOUR, "~$0.29 (1 hour × $0.29/hour)"],
    [0, HOUR, "~$0.00 (1 hour × $0.00/hour)"],
    [1, 0, "~$0.00 (0 seconds × $1.00/hour)"],
  ])("%d dollars an hour for %d ms is %s", (hourlyUsd, ttlMs, text) => {
    expect(describeCost({ hourlyUsd, ttlMs })).toBe(text);
  });
});

describe("formatUsd", () => {
  it("never shows more than the amount, nor less than half of it", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (usd) => {
        const shown = Number(formatUsd(usd).slice(1));
        expect(shown).toBeLessThanOrEqual(usd * (1 + 1e-9));
        expect(shown).toBeGreaterThanOrEqual(usd / 2);
      }),
      { seed: 5 },
    );
  });
});
