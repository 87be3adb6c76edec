import { wallTimeIn } from "@spawn/status-model";

/** `2025-11-20 14:30:00 UTC`, in the process's time zone. */
export function shownMoment(moment: string): string {
  return wallTimeIn().shown(Date.parse(moment));
}

/** `2025-11-20 14:30:00`, in the process's time zone: for columns, and for many lines below each other. */
export function shortMoment(moment: string): string {
  return wallTimeIn().rfc3339(Date.parse(moment)).slice(0, 19).replace("T", " ");
}

/** `2025-11-21T02:00:00+00:00`, on the clocks of a schedule's time zone. */
export function zonedMoment(moment: string, timezone: string): string {
  return wallTimeIn(timezone).rfc3339(Date.parse(moment));
}
