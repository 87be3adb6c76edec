import { formatDuration, parseDuration } from "@spawn/foundation";

/** The form of durations in JSON: `15m32s`, `4h`; the two largest units, rounded down. */
export function compactDuration(ms: number): string {
  return formatDuration(ms, { separator: "" });
}

/** What a duration says once it is shown, in milliseconds: what is reckoned from it agrees with it on the page. */
export function shownDurationMs(ms: number): number {
  return parseDuration(compactDuration(ms)) ?? 0;
}

/** `15m32s` → `15m 32s`: the form for people. */
export function spacedDuration(compact: string): string {
  return compact.replace(/(?<=[dhms])(?=\d)/g, " ");
}
