import type { Statement, Transaction } from "better-sqlite3";
import type { ScheduleRow } from "../schedule-row.js";
import type { NewScheduleRow, ScheduleFiring } from "../schedule-store.js";
import type { JobTable } from "./job-table.js";
import type { Session } from "./session.js";

interface StoredSchedule extends Omit<ScheduleRow, "enabled"> {
  readonly enabled: 0 | 1;
}

/** Schedules, and which of their slots have had their job. */
export class ScheduleTable {
  readonly #session: Session;
  readonly #jobs: JobTable;
  readonly #insert: Statement<NewScheduleRow & { created_at: string }, StoredSchedule>;
  readonly #find: Statement<[number], StoredSchedule>;
  readonly #list: Statement<[], StoredSchedule>;
  readonly #due: Statement<[string], StoredSchedule>;
  readonly #setNextRun: Statement<[0 | 1, string | null, number], StoredSchedule>;
  readonly #remove: Statement<[number]>;
  readonly #move: Statement<[string, string, number, string]>;
  readonly #takenSlot: Statement<[number, string]>;
  readonly #takeSlot: Statement<[number, string, number]>;
  readonly #forgetSlots: Statement<[string]>;
  readonly #fire: Transaction<(firing: ScheduleFiring) => readonly number[] | undefined>;

  constructor(session: Session, jobs: JobTable) {
    this.#session = session;
    this.#jobs = jobs;
    const { database } = session;
    this.#insert = database.prepare(
      `INSERT INTO schedules (name, job_type, config, schedule_expr, priority, enabled, next_run, created_at, timezone,
         max_retries, missed_slots)
       VALUES (@name, @job_type, @config, @schedule_expr, @priority, 1, @next_run, @created_at, @timezone,
         @max_retries, @missed_slots)
       ON CONFLICT (name) DO NOTHING RETURNING *`,
    );
    this.#find = database.prepare("SELECT * FROM schedules WHERE schedule_id = ?");
    this.#list = database.prepare("SELECT * FROM schedules ORDER BY schedule_id");
    this.#due = database.prepare(
      "SELECT * FROM schedules WHERE enabled = 1 AND next_run <= ? ORDER BY next_run, schedule_id",
    );
    this.#setNextRun = database.prepare(
      "UPDATE schedules SET enabled = ?, next_run = ? WHERE schedule_id = ? RETURNING *",
    );
    this.#remove = database.prepare("DELETE FROM schedules WHERE schedule_id = ?");
    this.#move = database.prepare(
      "UPDATE schedules SET next_run = ?, last_run = ? WHERE schedule_id = ? AND enabled = 1 AND next_run = ?",
    );
    this.#takenSlot = database.prepare("SELECT 1 FROM schedule_slots WHERE schedule_id = ? AND slot = ?");
    this.#takeSlot = database.prepare(
      "INSERT INTO schedule_slots (schedule_id, slot, job_id) VALUES (?, ?, ?)",
    );
    this.#forgetSlots = database.prepare("DELETE FROM schedule_slots WHERE slot < ?");
    this.#fire = database.transaction((firing: ScheduleFiring) => this.#fireInside(firing));
  }

  insert(schedule: NewScheduleRow): ScheduleRow | undefined {
    return rowOf(this.#insert.get({ ...schedule, created_at: this.#session.moment() }));
  }

  find(scheduleId: number): ScheduleRow | undefined {
    return rowOf(this.#find.get(scheduleId));
  }

  list(): readonly ScheduleRow[] {
    return this.#list.all().map((stored) => rowOf(stored));
  }

  due(at: string): readonly ScheduleRow[] {
    return this.#due.all(at).map((stored) => rowOf(stored));
  }

  setNextRun(scheduleId: number, nextRun: string | null): ScheduleRow | undefined {
    return rowOf(this.#setNextRun.get(nextRun === null ? 0 : 1, nextRun, scheduleId));
  }

  remove(scheduleId: number): boolean {
    return this.#remove.run(scheduleId).changes === 1;
  }

  fire(firing: ScheduleFiring): readonly number[] | undefined {
    return this.#fire.immediate(firing);
  }

  forgetSlots(before: string): void {
    this.#forgetSlots.run(before);
  }

  #fireInside({ scheduleId, expectedNextRun, slots, nextRun, job }: ScheduleFiring): number[] | undefined {
    const last = slots.at(-1) as string;
    if (this.#move.run(nextRun, last, scheduleId, expectedNextRun).changes === 0) return undefined;
    const jobIds: number[] = [];
    for (const slot of slots) {
      if (this.#takenSlot.get(scheduleId, slot) !== undefined) continue;
      const jobId = this.#jobs.insert(job);
      this.#takeSlot.run(scheduleId, slot, jobId);
      jobIds.push(jobId);
    }
    return jobIds;
  }
}

function rowOf(stored: StoredSchedule): ScheduleRow;
function rowOf(stored: StoredSchedule | undefined): ScheduleRow | undefined;
function rowOf(stored: StoredSchedule | undefined): ScheduleRow | undefined {
  return stored === undefined ? undefined : { ...stored, enabled: stored.enabled === 1 };
}
