import type { Price } from "../prices/price.js";
import type { PaidInstance } from "./paid-instance.js";

const HOUR_S = 3_600;
/** EC2 bills by the second, a minute at least. */
const LEAST_PAID_S = 60;
/** Costs are told in hundredths of a cent, so that what is shown adds up. */
const STEPS_OF_A_DOLLAR = 10_000;

/** What an instance costs by its hourly price: without volumes, storage, transfer, taxes and discounts. */
export interface InstanceCost {
  readonly instance: PaidInstance;
  /** Seconds that are paid for so far; `undefined` where nobody knows until when it ran. */
  readonly paidSeconds: number | undefined;
  readonly price: Price | undefined;
  /** US dollars so far; `undefined` where time or price is not known. */
  readonly usd: number | undefined;
  /** Seconds until its deadline; `undefined` where it runs no more, or its deadline cannot be read. */
  readonly secondsLeft: number | undefined;
  /** US dollars, if it lives until its deadline. Of one that runs no more the same as `usd`. */
  readonly usdAtDeadline: number | undefined;
}

export interface CostTotal {
  readonly usd: number;
  readonly usdAtDeadline: number;
  /** Whether all costs are known that these are the sum of. */
  readonly isComplete: boolean;
}

/** @param nowMs milliseconds since the Unix epoch */
export function instanceCost(instance: PaidInstance, price: Price | undefined, nowMs: number): InstanceCost {
  const paidSeconds = paidSecondsOf(instance, nowMs);
  const usd = costOf(paidSeconds, price);
  const secondsLeft = secondsLeftOf(instance, nowMs);
  const more = instance.until.kind === "now" ? costOf(secondsLeft, price) : 0;
  return {
    ...{ instance, paidSeconds, price, usd, secondsLeft },
    usdAtDeadline: usd === undefined || more === undefined ? undefined : rounded(usd + more),
  };
}

export function costTotal(costs: readonly InstanceCost[]): CostTotal {
  const sum = (amounts: readonly (number | undefined)[]): number =>
    rounded(amounts.reduce<number>((total, amount) => total + (amount ?? 0), 0));
  return {
    usd: sum(costs.map(({ usd }) => usd)),
    usdAtDeadline: sum(costs.map(({ usd, usdAtDeadline }) => usdAtDeadline ?? usd)),
    isComplete: costs.every(({ usdAtDeadline }) => usdAtDeadline !== undefined),
  };
}

function paidSecondsOf({ launchedAt, until }: PaidInstance, nowMs: number): number | undefined {
  const endMs = until.kind === "now" ? nowMs : until.kind === "unknown" ? Number.NaN : Date.parse(until.at);
  const seconds = Math.floor((endMs - Date.parse(launchedAt)) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(LEAST_PAID_S, seconds);
}

function secondsLeftOf({ until, deadline }: PaidInstance, nowMs: number): number | undefined {
  if (until.kind !== "now" || deadline === "unreadable") return undefined;
  return Math.max(0, Math.floor((Date.parse(deadline) - nowMs) / 1000));
}

function costOf(seconds: number | undefined, price: Price | undefined): number | undefined {
  return seconds === undefined || price === undefined ? undefined : rounded((price.usd * seconds) / HOUR_S);
}

function rounded(usd: number): number {
  return Math.round(usd * STEPS_OF_A_DOLLAR) / STEPS_OF_A_DOLLAR;
}
