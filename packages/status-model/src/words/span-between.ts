import { formatDuration } from "@spawn/foundation";

/** From one RFC 3339 time to a later one, for people: `1h 15m`. */
export function spanBetween(from: string, to: string): string {
  return formatDuration(Date.parse(to) - Date.parse(from));
}
