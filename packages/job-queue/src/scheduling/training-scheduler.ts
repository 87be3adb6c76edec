import { type Clock, SpawnError, systemClock } from "@spawn/foundation";
import { checkNewJob, type NewJob } from "../new-job.js";
import { pause } from "../pause.js";
import { MISSED_SLOT_POLICIES, type MissedSlots, type Schedule } from "../schedule.js";
import { type ScheduleRow, scheduleOf } from "../schedule-row.js";
import type { ScheduleStore } from "../schedule-store.js";
import { CronSlots } from "./cron-slots.js";
import { dueSlots } from "./due-slots.js";

const LONGEST_NAME = 128;

const DEFAULT_CHECK_EVERY_MS = 5_000;

export interface TrainingSchedulerOptions {
  readonly store: ScheduleStore;
  readonly clock?: Clock;
}

export interface NewSchedule extends NewJob {
  /** Unique; at most 128 characters. */
  readonly name: string;
  /** `minute hour day-of-month month day-of-week`. */
  readonly scheduleExpr: string;
  /** An IANA name; UTC when absent. */
  readonly timezone?: string;
  /** `run-once` when absent. */
  readonly missedSlots?: MissedSlots;
}

/** A schedule that could not make its jobs. The others are not held up by it. */
export interface ScheduleProblem {
  readonly scheduleId: number;
  readonly name: string;
  readonly error: unknown;
}

export interface SchedulerRunOptions {
  readonly signal: AbortSignal;
  /** The longest time between two looks; 5 s when absent. A slot that is known comes at its moment. */
  readonly checkEveryMs?: number;
  readonly onJobs?: (jobIds: readonly number[]) => void;
  readonly onProblem?: (problem: ScheduleProblem) => void;
}

/** Makes jobs from schedules. Any number of them may run on one store: each slot has one job. */
export class TrainingScheduler {
  readonly #store: ScheduleStore;
  readonly #clock: Clock;
  /** By expression and time zone: reading an expression takes as long as many slots of it. */
  readonly #slots = new Map<string, CronSlots>();

  constructor({ store, clock = systemClock() }: TrainingSchedulerOptions) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * @returns its id. Its first slot is the first one after now.
   * @throws SpawnError `bad-arguments`, `schedule-name-taken`
   */
  async createSchedule(schedule: NewSchedule): Promise<number> {
    const { name, scheduleExpr, timezone = "UTC", missedSlots = "run-once" } = schedule;
    if (name.trim() === "" || name.length > LONGEST_NAME) {
      throw new SpawnError(
        "bad-arguments",
        `a schedule's name has 1 to ${LONGEST_NAME} characters, not "${name}"`,
      );
    }
    if (!MISSED_SLOT_POLICIES.includes(missedSlots)) {
      throw new SpawnError("bad-arguments", `missed slots can be run-once or run-all, not "${missedSlots}"`);
    }
    const { needs: _, ...job } = checkNewJob(schedule);
    const row = await this.#store.insertSchedule({
      ...job,
      name,
      schedule_expr: scheduleExpr,
      timezone,
      missed_slots: missedSlots,
      next_run: this.#firstRun(this.#slotsOf(scheduleExpr, timezone)),
    });
    if (row === undefined) {
      throw new SpawnError("schedule-name-taken", `there is a schedule "${name}" already`, {
        hint: "Choose another name, or delete that one first.",
      });
    }
    return row.schedule_id;
  }

  /** @throws SpawnError `schedule-not-found` */
  async getSchedule(scheduleId: number): Promise<Schedule> {
    return scheduleOf(await this.#find(scheduleId));
  }

  /** By id. */
  async listSchedules({
    enabledOnly = false,
  }: {
    readonly enabledOnly?: boolean;
  } = {}): Promise<readonly Schedule[]> {
    const rows = await this.#store.listSchedules();
    return rows.filter(({ enabled }) => enabled || !enabledOnly).map(scheduleOf);
  }

  /** Its next slot is the first one after now; enabling an enabled one changes nothing. @throws SpawnError `schedule-not-found` */
  async enableSchedule(scheduleId: number): Promise<Schedule> {
    const row = await this.#find(scheduleId);
    if (row.enabled) return scheduleOf(row);
    const next = this.#firstRun(this.#slotsOf(row.schedule_expr, row.timezone));
    return this.#changed(scheduleId, await this.#store.setNextRun(scheduleId, next));
  }

  /** The slots until it is enabled again are not made up for. @throws SpawnError `schedule-not-found` */
  async disableSchedule(scheduleId: number): Promise<Schedule> {
    return this.#changed(
      scheduleId,
      isId(scheduleId) ? await this.#store.setNextRun(scheduleId, null) : undefined,
    );
  }

  /** The jobs it has made stay. @throws SpawnError `schedule-not-found` */
  async deleteSchedule(scheduleId: number): Promise<void> {
    if (!isId(scheduleId) || !(await this.#store.deleteSchedule(scheduleId)))
      throw unknownSchedule(scheduleId);
  }

  /**
   * Makes the jobs of all slots that are due.
   *
   * @returns the new jobs' ids: those made by this call, not by another scheduler.
   * @throws what `onProblem` does not take, once all other schedules have had their turn.
   */
  async checkDueSchedules({
    onProblem,
  }: {
    readonly onProblem?: (problem: ScheduleProblem) => void;
  } = {}): Promise<readonly number[]> {
    const made: number[] = [];
    const broken = new Map<number, ScheduleProblem>();
    for (;;) {
      const now = this.#clock.wallMs();
      const due = await this.#store.dueSchedules(new Date(now).toISOString());
      const sound = due.filter(({ schedule_id }) => !broken.has(schedule_id));
      if (sound.length === 0) break;
      for (const row of sound) {
        try {
          made.push(...(await this.#fire(row, now)));
        } catch (error) {
          broken.set(row.schedule_id, { scheduleId: row.schedule_id, name: row.name, error });
        }
      }
    }
    for (const problem of broken.values()) {
      if (onProblem === undefined) throw problem.error;
      onProblem(problem);
    }
    return made;
  }

  /** Checks for due schedules, at their moments, until the signal is aborted. */
  async run({
    signal,
    checkEveryMs = DEFAULT_CHECK_EVERY_MS,
    onJobs,
    onProblem,
  }: SchedulerRunOptions): Promise<void> {
    while (!signal.aborted) {
      const made = await this.checkDueSchedules(onProblem === undefined ? {} : { onProblem });
      if (made.length > 0) onJobs?.(made);
      const untilNext = ((await this.#nextRun()) ?? Number.POSITIVE_INFINITY) - this.#clock.wallMs();
      await pause(this.#clock, Math.max(0, Math.min(checkEveryMs, untilNext)), signal);
    }
  }

  async #fire(row: ScheduleRow, now: number): Promise<readonly number[]> {
    const schedule = scheduleOf(row);
    if (!schedule.enabled) return [];
    const cron = this.#slotsOf(schedule.scheduleExpr, schedule.timezone);
    const { slots, next } = dueSlots(cron, schedule.missedSlots, Date.parse(schedule.nextRun), now);
    const jobIds = await this.#store.fireSchedule({
      scheduleId: schedule.scheduleId,
      expectedNextRun: schedule.nextRun,
      slots: slots.map((slot) => new Date(slot).toISOString()),
      nextRun: new Date(next).toISOString(),
      job: checkNewJob(schedule),
    });
    return jobIds ?? [];
  }

  #slotsOf(expression: string, timezone: string): CronSlots {
    const key = `${expression} in ${timezone}`;
    let slots = this.#slots.get(key);
    if (slots === undefined) {
      slots = new CronSlots(expression, timezone);
      this.#slots.set(key, slots);
    }
    return slots;
  }

  #firstRun(cron: CronSlots): string {
    const next = cron.after(this.#clock.wallMs());
    if (next === undefined) throw new SpawnError("bad-arguments", "the schedule does not come any more");
    return new Date(next).toISOString();
  }

  async #nextRun(): Promise<number | undefined> {
    const runs = (await this.#store.listSchedules()).flatMap(({ next_run }) => next_run ?? []);
    return runs.length === 0 ? undefined : Math.min(...runs.map((run) => Date.parse(run)));
  }

  async #find(scheduleId: number): Promise<ScheduleRow> {
    const row = isId(scheduleId) ? await this.#store.findSchedule(scheduleId) : undefined;
    if (row === undefined) throw unknownSchedule(scheduleId);
    return row;
  }

  #changed(scheduleId: number, row: ScheduleRow | undefined): Schedule {
    if (row === undefined) throw unknownSchedule(scheduleId);
    return scheduleOf(row);
  }
}

function isId(scheduleId: number): boolean {
  return Number.isSafeInteger(scheduleId) && scheduleId > 0;
}

function unknownSchedule(scheduleId: number): SpawnError {
  return new SpawnError("schedule-not-found", `there is no schedule ${scheduleId}`, {
    hint: "List the schedules that there are.",
  });
}
