/** Shorter values are left alone: they stand in a log by chance too often. */
const SHORTEST_MASKED = 6;

/** Replaces each of `values` that has six characters or more by `***`. Best effort: a value that a job encodes is not found. */
export function createMask(values: Iterable<string>): (text: string) => string {
  const secrets = [...new Set(values)]
    .flatMap((value) => [value, ...value.split(/\r\n|\r|\n/)])
    .filter((value) => value.length >= SHORTEST_MASKED)
    .sort((a, b) => b.length - a.length);
  if (secrets.length === 0) return (text) => text;
  const pattern = new RegExp([...new Set(secrets)].map((secret) => escapePattern(secret)).join("|"), "g");
  return (text) => text.replace(pattern, "***");
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
