import type { Schedule } from "@spawn/job-queue";
import type { Palette } from "../palette.js";
import { zonedMoment } from "./moments.js";
import { type TableColumn, textTable } from "./text-table.js";

const COLUMNS: readonly TableColumn[] = [
  { heading: "ID", width: 7 },
  { heading: "Name", width: 21 },
  { heading: "Type", width: 13 },
  { heading: "Expression", width: 16 },
  { heading: "Enabled", width: 9 },
  { heading: "Next Run", width: 24 },
];

/** `spawn jobs schedule list` */
export function scheduleTable(schedules: readonly Schedule[], palette: Palette): string {
  const rows = schedules.map((schedule) => [
    String(schedule.scheduleId),
    schedule.name,
    schedule.jobType,
    schedule.scheduleExpr,
    schedule.enabled ? "✓" : "✗",
    nextRunOf(schedule),
  ]);
  return textTable(COLUMNS, rows, palette);
}

/** `2025-11-21T02:00:00+00:00`, on the schedule's own clocks; `-` while it is disabled. */
export function nextRunOf(schedule: Schedule): string {
  return schedule.enabled ? zonedMoment(schedule.nextRun, schedule.timezone) : "-";
}
