import { costTotal, describePriceSource, type InstanceCost } from "@spawn/aws-launcher";
import { formatExactDuration } from "@spawn/foundation";
import { exactDollars, exactPrice } from "./dollars.js";
import { fitRows, wrapLine } from "./fit-text.js";
import type { Palette } from "./palette.js";

export interface CostReport {
  /** Newest first. */
  readonly costs: readonly InstanceCost[];
  /** How many instances more there were, of which nothing is known any more. */
  readonly forgotten: number;
  readonly failures: readonly { readonly region: string; readonly error: Error }[];
}

const HEADINGS = [
  "INSTANCE ID",
  "QUEUE",
  "TYPE",
  "STATE",
  "RAN",
  "PER HOUR",
  "SO FAR",
  "TIME LEFT",
  "AT MOST",
];
const UNKNOWN = "unknown";
export const NOT_COUNTED = [
  "volumes",
  "public IPv4 addresses",
  "CPU credits",
  "S3",
  "data transfer",
  "taxes",
  "discounts",
];

/** `spawn cost` for people, with at least one instance. @param columns of the terminal, where it goes to one */
export function costText(report: CostReport, palette: Palette, columns?: number): string {
  const { costs } = report;
  const rows = [HEADINGS, ...costs.map((cost) => costRow(cost)), totalRow(report)];
  const isStrong = (row: number): boolean => row === 0 || row === rows.length - 1;
  return [
    ...fitRows(rows, columns, (line, row) => (isStrong(row) ? palette.strong(line) : line)),
    "",
    ...[...priceLines(costs), ...notes(report)].map((line) => wrapLine(line, columns)),
  ].join("\n");
}

/** Whether more may have been spent than the total says. */
export function isLowerBound({ costs, forgotten, failures }: CostReport): boolean {
  return (
    forgotten > 0 || failures.length > 0 || !costTotal(costs).isComplete || costs.some(isEndedByLastSign)
  );
}

function isEndedByLastSign({ instance }: InstanceCost): boolean {
  return instance.until.kind === "last-sign";
}

function costRow(cost: InstanceCost): readonly string[] {
  const { instance, paidSeconds, price, usd, secondsLeft, usdAtDeadline } = cost;
  const bound = isEndedByLastSign(cost) ? "≥ " : "";
  return [
    instance.instanceId,
    instance.queueId || "-",
    `${instance.instanceType}${instance.market === "spot" ? " (spot)" : ""}`,
    instance.state,
    paidSeconds === undefined ? UNKNOWN : `${bound}${seconds(paidSeconds)}`,
    price === undefined ? UNKNOWN : exactPrice(price.usd),
    usd === undefined ? UNKNOWN : `${bound}${exactDollars(usd)}`,
    timeLeftCell(cost, secondsLeft),
    usdAtDeadline === undefined ? UNKNOWN : `${bound}${exactDollars(usdAtDeadline)}`,
  ];
}

function timeLeftCell({ instance }: InstanceCost, secondsLeft: number | undefined): string {
  if (secondsLeft !== undefined) return seconds(secondsLeft);
  return instance.until.kind === "now" ? "unreadable" : "-";
}

function totalRow(report: CostReport): readonly string[] {
  const { usd, usdAtDeadline } = costTotal(report.costs);
  const bound = isLowerBound(report) ? "≥ " : "";
  const amounts = [`${bound}${exactDollars(usd)}`, "", `${bound}${exactDollars(usdAtDeadline)}`];
  return ["total", "", "", "", "", "", ...amounts];
}

/** Each price once, with where it is from. */
function priceLines(costs: readonly InstanceCost[]): readonly string[] {
  const lines = costs.map(({ instance: { instanceType, market, region, zone }, price }) => {
    const what = `${instanceType} in ${market === "spot" ? zone : region}, ${market}`;
    return price === undefined
      ? `Price of ${what}: unknown`
      : `Price of ${what}: ${exactPrice(price.usd)} an hour (${describePriceSource(price.source)})`;
  });
  return [...new Set(lines)];
}

function notes({ costs, forgotten }: CostReport): readonly string[] {
  return [
    ...(costs.some(({ instance }) => instance.market === "spot")
      ? ["Spot prices change: all of the time is counted at the price of now."]
      : []),
    ...(costs.some(isEndedByLastSign)
      ? ["≥: EC2 does not say when it ended; counted until the last that its result store has of it."]
      : []),
    ...(forgotten > 0
      ? [`Not counted: ${forgotten} more of this queue's instances, of which nothing is known any more.`]
      : []),
    "An estimate: time × price. Not in it:",
    `  ${NOT_COUNTED.join(", ")}.`,
  ];
}

function seconds(count: number): string {
  return formatExactDuration(count * 1000);
}
