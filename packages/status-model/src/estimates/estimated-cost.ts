export interface CostInput {
  /** Price of the instance in US dollars per hour. */
  readonly hourlyUsd: number;
  /** How long it may live, in milliseconds. */
  readonly ttlMs: number;
}

const HOUR_MS = 3_600_000;

/** Hourly price × TTL, in US dollars. */
export function estimatedCost({ hourlyUsd, ttlMs }: CostInput): number {
  return (hourlyUsd * ttlMs) / HOUR_MS;
}

/** `~$0.005 (30 minutes × $0.0104/hour)`: the estimate, rounded down, with the sum it comes from. */
export function describeCost(input: CostInput): string {
  return `~${formatUsd(estimatedCost(input))} (${spellDuration(input.ttlMs)} × ${formatPrice(input.hourlyUsd)}/hour)`;
}

/**
 * Dollars and cents, rounded down; an amount below ten cents with its first digit that is not 0: `$7.00`, `$0.25`,
 * `$0.005`.
 */
export function formatUsd(usd: number): string {
  if (!(usd > 0)) return "$0.00";
  const decimals = usd >= 0.1 ? 2 : Math.min(12, -Math.floor(Math.log10(usd)));
  const scale = 10 ** decimals;
  // The small addition undoes what binary fractions take off: 0.29 · 100 is 28.999999999999996.
  const shown = Math.floor(usd * scale * (1 + 1e-12)) / scale;
  return `$${shown.toFixed(Math.max(2, decimals))}`;
}

/** A price is shown in full. */
function formatPrice(usd: number): string {
  const exact = usd.toFixed(6).replace(/0+$/, "");
  const decimals = exact.length - exact.indexOf(".") - 1;
  return `$${usd.toFixed(Math.max(2, decimals))}`;
}

/** `30 minutes`, `1 hour 30 minutes`: exact to the second. */
function spellDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 3600), "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [seconds % 60, "second"],
  ];
  const words = parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}${amount === 1 ? "" : "s"}`);
  return words.length === 0 ? "0 seconds" : words.join(" ");
}
