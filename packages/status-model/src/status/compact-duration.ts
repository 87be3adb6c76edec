import { formatDuration } from "@spawn/foundation";

/** The form of durations in JSON: `15m32s`, `4h`; the two largest units, rounded down. */
export function compactDuration(ms: number): string {
  return formatDuration(ms, { separator: "" });
}
