import type { JsonValue } from "./json-value.js";
import type { MissedSlots, Schedule, ScheduleFacts } from "./schedule.js";

/** A schedule as a store keeps it and as `--json` prints it. */
export interface ScheduleRow {
  readonly schedule_id: number;
  readonly name: string;
  readonly job_type: string;
  /** JSON text. */
  readonly config: string;
  readonly schedule_expr: string;
  readonly priority: number;
  readonly enabled: boolean;
  /** `null` when it is disabled. */
  readonly next_run: string | null;
  readonly last_run: string | null;
  readonly created_at: string;
  readonly timezone: string;
  readonly max_retries: number;
  readonly missed_slots: MissedSlots;
}

/** Parses a row into the schedule it stands for. A row that no schedule can have is a bug of its store, and throws. */
export function scheduleOf(row: ScheduleRow): Schedule {
  const facts: ScheduleFacts = {
    scheduleId: row.schedule_id,
    name: row.name,
    jobType: row.job_type,
    config: JSON.parse(row.config) as JsonValue,
    scheduleExpr: row.schedule_expr,
    timezone: row.timezone,
    priority: row.priority,
    maxRetries: row.max_retries,
    missedSlots: row.missed_slots,
    createdAt: row.created_at,
    ...(row.last_run === null ? {} : { lastRun: row.last_run }),
  };
  if (!row.enabled) return { ...facts, enabled: false };
  if (row.next_run === null) throw new Error(`schedule ${row.schedule_id} is enabled and has no next_run`);
  return { ...facts, enabled: true, nextRun: row.next_run };
}

/** The row of a schedule, with its columns in their order: what is printed as JSON. */
export function scheduleRowOf(schedule: Schedule): ScheduleRow {
  return {
    schedule_id: schedule.scheduleId,
    name: schedule.name,
    job_type: schedule.jobType,
    config: JSON.stringify(schedule.config),
    schedule_expr: schedule.scheduleExpr,
    priority: schedule.priority,
    enabled: schedule.enabled,
    next_run: schedule.enabled ? schedule.nextRun : null,
    last_run: schedule.lastRun ?? null,
    created_at: schedule.createdAt,
    timezone: schedule.timezone,
    max_retries: schedule.maxRetries,
    missed_slots: schedule.missedSlots,
  };
}
