import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface CachedPrice {
  readonly usd: number;
  /** RFC 3339: when AWS said so. */
  readonly at: string;
}

/** What AWS said earlier, in a file of the state folder. Losing it costs a question; so nothing that fails here is told. */
export class PriceCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get(name: string): CachedPrice | undefined {
    return this.#read()[name];
  }

  put(name: string, price: CachedPrice): void {
    const temporary = join(this.#folder, `.prices-${randomBytes(6).toString("hex")}`);
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(
        temporary,
        `${JSON.stringify({ schema_version: 1, prices: { ...this.#read(), [name]: price } }, undefined, 1)}\n`,
      );
      renameSync(temporary, this.#path);
    } catch {
      rmSync(temporary, { force: true });
    }
  }

  get #path(): string {
    return join(this.#folder, "prices.json");
  }

  #read(): Readonly<Record<string, CachedPrice>> {
    try {
      const { prices } = JSON.parse(readFileSync(this.#path, "utf8")) as { readonly prices?: unknown };
      return Object.fromEntries(Object.entries(prices ?? {}).filter(([, price]) => isPrice(price)));
    } catch {
      return {};
    }
  }
}

function isPrice(value: unknown): value is CachedPrice {
  if (typeof value !== "object" || value === null) return false;
  const { usd, at } = value as Partial<CachedPrice>;
  return typeof usd === "number" && usd > 0 && typeof at === "string" && !Number.isNaN(Date.parse(at));
}
