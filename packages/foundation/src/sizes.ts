const DECIMAL = ["B", "KB", "MB", "GB", "TB", "PB"] as const;
const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/**
 * Reads `8GB` (8·10⁹), `8GiB` (8·2³⁰), `512MB`, `100B`; case counts only in that `GB` and `GiB` differ by the `i`.
 *
 * @returns bytes, a whole number; `undefined` when the text is not a size.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)(i?)b$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, amount = "", prefix = "", binary = ""] = match;
  if (prefix === "" && binary !== "") return undefined;
  const power = ["", "k", "m", "g", "t", "p"].indexOf(prefix.toLowerCase());
  const bytes = Math.round(Number(amount) * (binary === "" ? 1000 : 1024) ** power);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/**
 * Writes a size in decimal units: whole bytes and kilobytes, one decimal below a hundred of anything larger:
 * `512 B`, `145 KB`, `2.3 MB`, `245 MB`, `5.6 GB`. Rounded down.
 */
export function formatSize(bytes: number): string {
  return formatIn(bytes, 1000, DECIMAL);
}

/** As `formatSize` in binary units: `8 GiB`. */
export function formatBinarySize(bytes: number): string {
  return formatIn(bytes, 1024, BINARY);
}

function formatIn(bytes: number, base: number, units: readonly string[]): string {
  let power = 0;
  let value = Math.max(0, bytes);
  while (value >= base && power < units.length - 1) {
    value /= base;
    power += 1;
  }
  const shown = power >= 2 && value < 100 ? Math.floor(value * 10) / 10 : Math.floor(value);
  return `${shown} ${units[power]}`;
}
