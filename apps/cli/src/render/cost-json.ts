import { costTotal, type InstanceCost } from "@spawn/aws-launcher";
import { type CostReport, isLowerBound, NOT_COUNTED } from "./cost-text.js";

/**
 * `spawn cost --json`. Costs are US dollars in hundredths of a cent, so that the sums are those of the parts; what is not
 * known is `null`.
 *
 * @param time writes a wall-clock time as RFC 3339
 */
export function costJson(report: CostReport, nowMs: number, time: (wallMs: number) => string): object {
  const { usd, usdAtDeadline } = costTotal(report.costs);
  return {
    schema_version: 1,
    as_of: time(nowMs),
    currency: "USD",
    instances: report.costs.map((cost) => instanceJson(cost, time)),
    total: {
      cost_usd: usd,
      cost_at_deadline_usd: usdAtDeadline,
      is_lower_bound: isLowerBound(report),
    },
    forgotten_instances: report.forgotten,
    not_counted: NOT_COUNTED,
    not_looked_at: report.failures.map(({ region, error }) => ({ region, reason: error.message })),
  };
}

function instanceJson(cost: InstanceCost, time: (wallMs: number) => string): object {
  const { instance, paidSeconds, price, usd, secondsLeft, usdAtDeadline } = cost;
  const { until, deadline, generation } = instance;
  return {
    instance_id: instance.instanceId,
    queue_id: instance.queueId || null,
    generation: Number.isSafeInteger(generation) ? generation : null,
    region: instance.region,
    zone: instance.zone,
    instance_type: instance.instanceType,
    market: instance.market,
    state: instance.state,
    launched_at: time(Date.parse(instance.launchedAt)),
    counted_until: "at" in until ? time(Date.parse(until.at)) : null,
    counted_until_is: until.kind,
    paid_seconds: paidSeconds ?? null,
    hourly_price: price?.usd ?? null,
    price_source: price?.source ?? null,
    cost_usd: usd ?? null,
    ttl_expires_at: deadline === "unreadable" ? null : time(Date.parse(deadline)),
    remaining_seconds: secondsLeft ?? null,
    cost_at_deadline_usd: usdAtDeadline ?? null,
  };
}
