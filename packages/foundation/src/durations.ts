const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

type Unit = keyof typeof UNIT_MS;

const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d)\s*)+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/**
 * Reads `90s`, `5m`, `1h30m`, `1h 30m`, `1d`, `500ms`. Units go from large to small, each at most once.
 *
 * @returns milliseconds, a whole number; `undefined` when the text is not a duration.
 */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (!WHOLE.test(trimmed)) return undefined;
  let total = 0;
  let previous = Number.POSITIVE_INFINITY;
  for (const [, amount, unit] of trimmed.matchAll(PART)) {
    const unitMs = UNIT_MS[unit as Unit];
    if (unitMs >= previous) return undefined;
    previous = unitMs;
    total += Number(amount) * unitMs;
  }
  const rounded = Math.round(total);
  return Number.isSafeInteger(rounded) ? rounded : undefined;
}

/** As `parseDuration`, and a bare number is seconds: the form that command-line flags take. */
export function parseFlagDuration(text: string): number | undefined {
  const trimmed = text.trim();
  return /^\d+(?:\.\d+)?$/.test(trimmed) ? Math.round(Number(trimmed) * 1000) : parseDuration(trimmed);
}

export interface DurationFormat {
  /** Between the parts: `" "` for people (the default), `""` for JSON. */
  readonly separator?: string;
}

/**
 * Writes a duration with its two largest units, rounded down: `10s`, `14m 23s`, `2h 2m`, `1d 3h`. Below a second it is
 * `0s`. Zero parts behind the first are left out: `4h`, `30m`.
 */
export function formatDuration(ms: number, { separator = " " }: DurationFormat = {}): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  const parts: readonly (readonly [number, string])[] = [
    [days, "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first === -1) return "0s";
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(separator);
}

/** Writes a duration exactly, in a form `parseDuration` reads back: `1h30m`, `1s500ms`. */
export function formatExactDuration(ms: number): string {
  let left = Math.max(0, Math.round(ms));
  if (left === 0) return "0s";
  let text = "";
  for (const unit of ["d", "h", "m", "s", "ms"] as const) {
    const amount = Math.floor(left / UNIT_MS[unit]);
    left -= amount * UNIT_MS[unit];
    if (amount > 0) text += `${amount}${unit}`;
  }
  return text;
}
