import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costTotal, instanceCost } from "./instance-cost.js";
import type { PaidInstance } from "./paid-instance.js";

const START = Date.parse("2026-01-27T10:00:00Z");
const SOURCE = { kind: "pricing-api", date: "2026-01-27" } as const;
const price = (usd: number) => ({ usd, source: SOURCE });

function instance(change: Partial<PaidInstance> = {}): PaidInstance {
  return {
    ...{ instanceId: "i-0abc", queueId: "nightly", region: "us-east-1", zone: "us-east-1a" },
    ...{ instanceType: "t3.micro", market: "on-demand", generation: 1, state: "running" },
    launchedAt: new Date(START).toISOString(),
    until: { kind: "now" },
    deadline: new Date(START + 1_800_000).toISOString(),
    ...change,
  };
}

describe("what an instance costs", () => {
  it("is its time so far, and what is left until its deadline, by the hourly price", () => {
    expect(instanceCost(instance(), price(0.0104), START + 750_000)).toMatchObject({
      paidSeconds: 750,
      usd: 0.0022,
      secondsLeft: 1_050,
      usdAtDeadline: 0.0052,
    });
  });

  it("is a minute at least", () => {
    expect(instanceCost(instance(), price(36), START + 1_000)).toMatchObject({ paidSeconds: 60, usd: 0.6 });
  });

  it("grows no more once it has ended", () => {
    const at = new Date(START + 600_000).toISOString();
    const ended = instance({ state: "terminated", until: { kind: "ended", at } });
    expect(instanceCost(ended, price(0.6), START + 9e9)).toMatchObject({
      paidSeconds: 600,
      usd: 0.1,
      secondsLeft: undefined,
      usdAtDeadline: 0.1,
    });
  });

  it("is not guessed where price, end or deadline is not known", () => {
    const lost = instance({ state: "gone", until: { kind: "unknown" } });
    expect(instanceCost(lost, price(1), START)).toMatchObject({ paidSeconds: undefined, usd: undefined });
    expect(instanceCost(instance(), undefined, START + 60_000)).toMatchObject({ usd: undefined });
    const endless = instanceCost(instance({ deadline: "unreadable" }), price(1), START + 3_600_000);
    expect(endless).toMatchObject({ usd: 1, secondsLeft: undefined, usdAtDeadline: undefined });
    expect(costTotal([endless])).toEqual({ usd: 1, usdAtDeadline: 1, isComplete: false });
  });

  it("adds up to the total, to the hundredth of a cent", () => {
    const some = fc.record({ usd: fc.double({ min: 0.0001, max: 98, noNaN: true }), ran: fc.nat(86_400) });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 40 }), (all) => {
        const costs = all.map(({ usd, ran }) => instanceCost(instance(), price(usd), START + ran * 1000));
        const steps = (amount = Number.NaN): number => Math.round(amount * 10_000);
        const total = costTotal(costs);
        expect(steps(total.usd)).toBe(costs.reduce((sum, { usd }) => sum + steps(usd), 0));
        expect(total.usdAtDeadline).toBeGreaterThanOrEqual(total.usd);
      }),
    );
  });
});
