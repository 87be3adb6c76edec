import type { NewJobRow } from "./job-store.js";
import type { ScheduleRow } from "./schedule-row.js";

/** A schedule as it is handed to a store, enabled; it has been checked. */
export type NewScheduleRow = Omit<
  ScheduleRow,
  "schedule_id" | "enabled" | "next_run" | "last_run" | "created_at"
> & {
  readonly next_run: string;
};

/** Some slots of a schedule, in their order, each to become one job, and the slot that is next after them. */
export interface ScheduleFiring {
  readonly scheduleId: number;
  /** The `next_run` that this was worked out from. */
  readonly expectedNextRun: string;
  /** At least one. The last becomes the schedule's `last_run`. */
  readonly slots: readonly string[];
  readonly nextRun: string;
  readonly job: NewJobRow;
}

/** Where schedules are kept, beside the jobs that they make. */
export interface ScheduleStore {
  /** @returns `undefined` when the name is taken. */
  insertSchedule(schedule: NewScheduleRow): Promise<ScheduleRow | undefined>;
  findSchedule(scheduleId: number): Promise<ScheduleRow | undefined>;
  /** By id. */
  listSchedules(): Promise<readonly ScheduleRow[]>;
  /** The enabled ones whose `next_run` is `at` or before, by `next_run`. */
  dueSchedules(at: string): Promise<readonly ScheduleRow[]>;
  /** `nextRun` enables it, `null` disables it. @returns `undefined` when there is no such schedule. */
  setNextRun(scheduleId: number, nextRun: string | null): Promise<ScheduleRow | undefined>;
  /** The jobs it has made stay. @returns whether there was one. */
  deleteSchedule(scheduleId: number): Promise<boolean>;
  /**
   * Makes the slots' jobs and moves the schedule on, in one step. A slot that has had its job gets no second one,
   * whatever the clocks did.
   *
   * @returns the new jobs' ids; `undefined` when the schedule is gone, disabled or has been moved on by somebody else.
   */
  fireSchedule(firing: ScheduleFiring): Promise<readonly number[] | undefined>;
}
