import type { CostAlert } from "@spawn/aws-launcher";
import { alignRows } from "./columns.js";
import type { Palette } from "./palette.js";

export function alertTable(alerts: readonly CostAlert[], palette: Palette): string {
  const rows = alerts.map(({ name, thresholdUsd, spentUsd }) => [
    name,
    usd(thresholdUsd),
    spentUsd === undefined ? "not counted yet" : usd(spentUsd),
  ]);
  const [heading = "", ...lines] = alignRows([["NAME", "A MONTH", "THIS MONTH"], ...rows]);
  return [palette.strong(heading), ...lines].join("\n");
}

export function alertJson({ name, thresholdUsd, spentUsd }: CostAlert): object {
  return { name, threshold_usd: thresholdUsd, spent_usd: spentUsd ?? null };
}

function usd(amount: number): string {
  return `$${amount.toFixed(2)}`;
}
