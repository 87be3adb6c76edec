import { expect, it } from "vitest";
import { costLine, estimatedCost } from "./ec2-launch-report.js";

const HOUR = 3_600_000;
const price = (usd: number) => ({ usd, source: { kind: "pricing-api", date: "2026-01-27" } }) as const;

it.each([
  [HOUR / 2, 0.0104, "~$0.0052 (30m × $0.0104/hour; AWS price list, 2026-01-27)"],
  [8 * HOUR, 1.006, "~$8.05 (8h × $1.006/hour; AWS price list, 2026-01-27)"],
  [2 * HOUR, 0.1, "~$0.20 (2h × $0.10/hour; AWS price list, 2026-01-27)"],
  [HOUR, 0.000123456, "~$0.000123 (1h × $0.000123/hour; AWS price list, 2026-01-27)"],
])("says what an instance costs in %d ms at %d dollars an hour", (ttlMs, usd, words) => {
  expect(costLine(ttlMs, price(usd))).toBe(`Estimated cost: ${words}`);
});

it("says where no price is known", () => {
  expect(estimatedCost(HOUR, undefined)).toBeUndefined();
  expect(costLine(HOUR, undefined)).toContain("unknown");
});
