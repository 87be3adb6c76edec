import { exactPrice } from "./dollars.js";
import type { InstanceRow } from "./instance-row.js";

/** Of an instance that stays though its queue is over: until when, its price, and how to end it. @param shown writes a time for people */
export function keptWords(row: InstanceRow, shown: (wallMs: number) => string): string | undefined {
  const { instance_id: id, state, kept_until, hourly_price } = row;
  if (kept_until === undefined) return undefined;
  const stays = state === "stopped" ? "is stopped, its disk costs" : "is kept";
  const price = hourly_price === undefined ? "" : ` (${exactPrice(hourly_price)}/hour)`;
  return [
    `⚠ ${id} ${stays} until ${shown(Date.parse(kept_until))}${price}.`,
    `  Now: spawn terminate ${id}`,
  ].join("\n");
}
