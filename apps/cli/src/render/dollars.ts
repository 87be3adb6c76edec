/** Cents, and of what is less than a dollar three digits that say something. */
export function dollars(usd: number): string {
  if (usd >= 1) return `$${usd.toFixed(2)}`;
  return `$${withCents(Number(usd.toPrecision(3)))}`;
}

/** A price as it is, so that what it is multiplied to can be checked: `$0.0104`, `$1.006`, `$0.20`. */
export function exactPrice(usd: number): string {
  return `$${withCents(Number(usd.toFixed(6)))}`;
}

/** Hundredths of a cent: amounts that are to add up. */
export function exactDollars(usd: number): string {
  return `$${usd.toFixed(4)}`;
}

function withCents(amount: number): string {
  const text = String(amount);
  return /^\d+(\.\d)?$/.test(text) ? amount.toFixed(2) : text;
}
