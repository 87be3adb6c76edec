import type { JsonValue } from "./json-value.js";

/**
 * What becomes of the slots that passed while no scheduler ran: `run-once` makes one job, for the latest of them;
 * `run-all` makes one for each.
 */
export const MISSED_SLOT_POLICIES = ["run-once", "run-all"] as const;

export type MissedSlots = (typeof MISSED_SLOT_POLICIES)[number];

export interface ScheduleFacts {
  readonly scheduleId: number;
  /** Unique. */
  readonly name: string;
  readonly jobType: string;
  readonly config: JsonValue;
  /** Five fields: minute, hour, day of month, month, day of week. */
  readonly scheduleExpr: string;
  /** An IANA name; the expression is about its clocks. */
  readonly timezone: string;
  readonly priority: number;
  readonly maxRetries: number;
  readonly missedSlots: MissedSlots;
  readonly createdAt: string;
  /** The slot for which it made a job last. */
  readonly lastRun?: string;
}

export interface EnabledSchedule extends ScheduleFacts {
  readonly enabled: true;
  readonly nextRun: string;
}

/** Makes no jobs; the slots that pass meanwhile are not made up for. */
export interface DisabledSchedule extends ScheduleFacts {
  readonly enabled: false;
}

export type Schedule = EnabledSchedule | DisabledSchedule;
