/** Where a price comes from. Dates are `YYYY-MM-DD`, UTC. */
export type PriceSource =
  /** AWS's price list, asked just now. */
  | { readonly kind: "pricing-api"; readonly date: string }
  /** The spot price of this moment. */
  | { readonly kind: "spot-history"; readonly date: string }
  /** What AWS said on that day, kept on this machine. */
  | { readonly kind: "cache"; readonly date: string }
  /** The table that comes with the program: AWS's list prices of that day in that region, whichever was asked for. */
  | { readonly kind: "table"; readonly date: string; readonly region: string };

/** US dollars an hour, before taxes and discounts. */
export interface Price {
  readonly usd: number;
  readonly source: PriceSource;
}

/** For showing: `AWS price list, 2026-01-27`. */
export function describePriceSource(source: PriceSource): string {
  switch (source.kind) {
    case "pricing-api":
      return `AWS price list, ${source.date}`;
    case "spot-history":
      return `spot price, ${source.date}`;
    case "cache":
      return `AWS's answer of ${source.date}, kept here`;
    case "table":
      return `spawn's own table: list prices of ${source.region}, ${source.date}`;
  }
}
