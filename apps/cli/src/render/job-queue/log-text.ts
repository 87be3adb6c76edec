import { unreachable } from "@spawn/foundation";
import type { JobLogRow, LogLevel } from "@spawn/job-queue";
import type { Palette } from "../palette.js";
import { shortMoment } from "./moments.js";

/** What stands above a job's messages. */
export function logHeading(jobId: number, palette: Palette): string {
  return `${palette.strong(`Logs for job ${jobId}:`)}\n${palette.faint("-".repeat(80))}`;
}

/**
 * `[2025-11-20 14:35:00] INFO: Starting training`; a message of several lines is as many of them.
 *
 * @param asShown what becomes of a line's own colours
 */
export function logText(row: JobLogRow, palette: Palette, asShown: (line: string) => string): string {
  const time = palette.faint(`[${shortMoment(row.timestamp)}]`);
  const level = paintLevel(row.level, `${row.level}:`, palette);
  return row.message
    .split("\n")
    .map((line) => `${time} ${level} ${asShown(line)}`)
    .join("\n");
}

function paintLevel(level: LogLevel, text: string, palette: Palette): string {
  switch (level) {
    case "INFO":
      return text;
    case "WARNING":
      return palette.warn(text);
    case "ERROR":
      return palette.bad(text);
    default:
      return unreachable(level);
  }
}
