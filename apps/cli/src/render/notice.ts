import type { Palette } from "./palette.js";
import { timeOfDay } from "./time-of-day.js";

/** Something that happened to a queue, told on one line. */
export interface Notice {
  /** Ms since the Unix epoch. */
  readonly at: number;
  readonly tone: keyof Palette;
  readonly icon: string;
  readonly text: string;
}

/** `[10:00:12] ✓ train completed in 2m 3s` */
export function noticeLine({ at, tone, icon, text }: Notice, palette: Palette): string {
  return `${palette.faint(`[${timeOfDay(at)}]`)} ${palette[tone](icon)} ${text}`;
}
