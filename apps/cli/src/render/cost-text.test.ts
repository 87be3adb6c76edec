import { instanceCost, type PaidInstance } from "@spawn/aws-launcher";
import { wallTimeIn } from "@spawn/status-model";
import { describe, expect, it } from "vitest";
import { costJson } from "./cost-json.js";
import { type CostReport, costText } from "./cost-text.js";
import { paletteOf } from "./palette.js";

const START = Date.parse("2026-01-27T10:00:00Z");
const NOW = START + 750_000;
const source = { kind: "pricing-api", date: "2026-01-27" } as const;
const time = wallTimeIn("UTC");

function instance(change: Partial<PaidInstance> = {}): PaidInstance {
  return {
    ...{ instanceId: "i-0abc123def456789", queueId: "nightly", region: "us-east-1", zone: "us-east-1a" },
    ...{ instanceType: "t3.micro", market: "on-demand", generation: 2, state: "running" },
    launchedAt: new Date(START).toISOString(),
    until: { kind: "now" },
    deadline: new Date(START + 1_800_000).toISOString(),
    ...change,
  };
}

const before = instance({
  ...{ instanceId: "i-0fff", market: "spot", generation: 1, state: "gone" },
  launchedAt: new Date(START - 3_600_000).toISOString(),
  until: { kind: "last-sign", at: new Date(START - 1_800_000).toISOString() },
});

const report = (change: Partial<CostReport> = {}): CostReport => ({
  costs: [instanceCost(instance(), { usd: 0.0104, source }, NOW)],
  ...{ forgotten: 0, failures: [] },
  ...change,
});

const text = (of: CostReport): string => `\n${costText(of, paletteOf(false))}\n`;

describe("what spawn cost says", () => {
  it("is a line for each instance, their sum, and where the price is from", () => {
    expect(text(report())).toBe(`
INSTANCE ID          QUEUE     TYPE       STATE     RAN      PER HOUR   SO FAR    TIME LEFT   AT MOST
i-0abc123def456789   nightly   t3.micro   running   12m30s   $0.0104    $0.0022   17m30s      $0.0052
total                                                                   $0.0022               $0.0052

Price of t3.micro in us-east-1, on-demand: $0.0104 an hour (AWS price list, 2026-01-27)
An estimate: time × price. Not in it:
  volumes, public IPv4 addresses, CPU credits, S3, data transfer, taxes, discounts.
`);
  });

  it("says what is at least so, and what is not known", () => {
    const costs = [
      ...report().costs,
      instanceCost(before, { usd: 0.004, source: { kind: "spot-history", date: "2026-01-27" } }, NOW),
      instanceCost(instance({ instanceType: "u-1.metal", deadline: "unreadable" }), undefined, NOW),
    ];
    expect(text(report({ costs, forgotten: 1 }))).toBe(`
INSTANCE ID          QUEUE     TYPE              STATE     RAN      PER HOUR   SO FAR      TIME LEFT    AT MOST
i-0abc123def456789   nightly   t3.micro          running   12m30s   $0.0104    $0.0022     17m30s       $0.0052
i-0fff               nightly   t3.micro (spot)   gone      ≥ 30m    $0.004     ≥ $0.0020   -            ≥ $0.0020
i-0abc123def456789   nightly   u-1.metal         running   12m30s   unknown    unknown     unreadable   unknown
total                                                                          ≥ $0.0042                ≥ $0.0072

Price of t3.micro in us-east-1, on-demand: $0.0104 an hour (AWS price list, 2026-01-27)
Price of t3.micro in us-east-1a, spot: $0.004 an hour (spot price, 2026-01-27)
Price of u-1.metal in us-east-1, on-demand: unknown
Spot prices change: all of the time is counted at the price of now.
≥: EC2 does not say when it ended; counted until the last that its result store has of it.
Not counted: 1 more of this queue's instances, of which nothing is known any more.
An estimate: time × price. Not in it:
  volumes, public IPv4 addresses, CPU credits, S3, data transfer, taxes, discounts.
`);
  });

  it("tells programs the same", () => {
    const costs = [instanceCost(before, { usd: 0.004, source }, NOW)];
    expect(costJson(report({ costs }), NOW, time.rfc3339)).toMatchObject({
      schema_version: 1,
      as_of: "2026-01-27T10:12:30+00:00",
      instances: [
        {
          ...{ instance_id: "i-0fff", generation: 1, state: "gone", paid_seconds: 1800 },
          ...{ counted_until: "2026-01-27T09:30:00+00:00", counted_until_is: "last-sign" },
          ...{ hourly_price: 0.004, price_source: source, cost_usd: 0.002, remaining_seconds: null },
        },
      ],
      total: { cost_usd: 0.002, cost_at_deadline_usd: 0.002, is_lower_bound: true },
      not_looked_at: [],
    });
  });
});
