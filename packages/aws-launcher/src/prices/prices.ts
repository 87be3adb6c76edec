import type { Clock } from "@spawn/foundation";
import type { AwsClients } from "../aws/aws-clients.js";
import type { Price, PriceSource } from "./price.js";
import { PriceCache } from "./price-cache.js";
import { listedInstancePrice, listedVolumePrice, spotPrice } from "./price-list.js";
import { TABLE_DATE, TABLE_GP3_MONTH_USD, TABLE_REGION, tablePrice } from "./price-table.js";

const HOUR_MS = 3_600_000;
/** List prices change a few times a year, spot prices by the hour. */
const LIST_FRESH_MS = 7 * 24 * HOUR_MS;
const SPOT_FRESH_MS = HOUR_MS;
/** As AWS counts a month. */
const HOURS_OF_A_MONTH = 730;

export interface PricedInstance {
  readonly region: string;
  readonly instanceType: string;
  readonly market: "on-demand" | "spot";
  readonly zone?: string | undefined;
}

/**
 * What instances cost, by AWS's price list while it can be asked, by what it said earlier, or else by the table that comes
 * with the program. Never fails and waits three seconds at most: a price is for an estimate.
 */
export class Prices {
  readonly #clients: AwsClients;
  readonly #clock: Clock;
  readonly #cache: PriceCache;
  /** By service: not asked again in this process. */
  readonly #silent = new Set<PriceSource["kind"]>();

  /** @param stateFolder where AWS's answers are kept, as `prices.json` */
  constructor(parts: { readonly clients: AwsClients; readonly clock: Clock; readonly stateFolder: string }) {
    this.#clients = parts.clients;
    this.#clock = parts.clock;
    this.#cache = new PriceCache(parts.stateFolder);
  }

  /** US dollars an hour, Linux, without its volumes; `undefined` where nobody knows. A spot price is of this moment. */
  hourly({ region, instanceType, market, zone }: PricedInstance): Promise<Price | undefined> {
    if (market === "spot") {
      return this.#price({
        name: `${zone ?? region} ${instanceType} spot`,
        freshMs: SPOT_FRESH_MS,
        kind: "spot-history",
        ask: () => this.#spot(region, instanceType, zone),
      });
    }
    return this.#price({
      name: `${region} ${instanceType} on-demand`,
      freshMs: LIST_FRESH_MS,
      kind: "pricing-api",
      ask: () => listedInstancePrice(this.#clients, region, instanceType),
      table: tablePrice(instanceType),
    });
  }

  /** US dollars an hour for a gp3 volume of this size. */
  async volumeHourly(region: string, sizeGiB: number): Promise<Price | undefined> {
    const month = await this.#price({
      name: `${region} gp3`,
      freshMs: LIST_FRESH_MS,
      kind: "pricing-api",
      ask: () => listedVolumePrice(this.#clients, region),
      table: TABLE_GP3_MONTH_USD,
    });
    return month === undefined ? undefined : { ...month, usd: (month.usd * sizeGiB) / HOURS_OF_A_MONTH };
  }

  async #price(question: Question): Promise<Price | undefined> {
    const { name, freshMs, kind, ask, table } = question;
    const cached = this.#cache.get(name);
    const nowMs = this.#clock.wallMs();
    if (cached !== undefined && nowMs - Date.parse(cached.at) < freshMs) return fromCache(cached);
    const usd = await this.#ask(kind, ask);
    const at = new Date(nowMs).toISOString();
    if (usd !== undefined) {
      this.#cache.put(name, { usd, at });
      return { usd, source: { kind, date: at.slice(0, 10) } };
    }
    const tabled: Price | undefined =
      table === undefined
        ? undefined
        : { usd: table, source: { kind: "table", date: TABLE_DATE, region: TABLE_REGION } };
    return cached === undefined || (tabled !== undefined && cached.at < TABLE_DATE)
      ? tabled
      : fromCache(cached);
  }

  async #ask(kind: Question["kind"], ask: () => Promise<number | undefined>): Promise<number | undefined> {
    if (this.#silent.has(kind)) return undefined;
    try {
      return await ask();
    } catch {
      // No permission, no network: the same for the next question.
      this.#silent.add(kind);
      return undefined;
    }
  }

  async #spot(region: string, instanceType: string, zone: string | undefined): Promise<number | undefined> {
    const there = region === this.#clients.region ? this.#clients : this.#clients.inRegion(region);
    try {
      return await spotPrice(there, { instanceType, zone }, new Date(this.#clock.wallMs()));
    } finally {
      if (there !== this.#clients) await there.close();
    }
  }
}

interface Question {
  /** In the cache. */
  readonly name: string;
  readonly freshMs: number;
  readonly kind: "pricing-api" | "spot-history";
  readonly ask: () => Promise<number | undefined>;
  readonly table?: number | undefined;
}

function fromCache({ usd, at }: { readonly usd: number; readonly at: string }): Price {
  return { usd, source: { kind: "cache", date: at.slice(0, 10) } };
}
