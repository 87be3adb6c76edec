import type { MissedSlots } from "../schedule.js";
import type { ScheduleRow } from "../schedule-row.js";
import type { NewScheduleRow, ScheduleFiring } from "../schedule-store.js";
import type { Outbox } from "./outbox.js";
import { type Reply, type Scripts, script } from "./scripts.js";
import { fieldsOf, momentOf } from "./stored-job.js";
import { queueOf } from "./ticket-queues.js";

const SCHEDULE = `
local function read_schedule(id)
  local schedule = fields_of(P .. ':schedule:' .. id)
  if schedule then schedule.schedule_id = id end
  return schedule
end

local function answer_schedule(schedule)
  local flat = {}
  for field, value in pairs(schedule) do
    flat[#flat + 1] = field
    flat[#flat + 1] = value
  end
  return flat
end

local function set_next_run(id, next_run, next_ms)
  if next_run == '' then
    call('HDEL', P .. ':schedule:' .. id, 'next_run')
    call('ZREM', P .. ':schedules-due', id)
  else
    call('HSET', P .. ':schedule:' .. id, 'next_run', next_run)
    call('ZADD', P .. ':schedules-due', next_ms, id)
  end
  tell()
end
`;

/** The arguments: name, next run, the same in ms, then the other columns with their values. */
const INSERT = script(`${SCHEDULE}
if call('HEXISTS', P .. ':schedule-names', ARGV[1]) == 1 then return false end
local id = int(call('INCR', P .. ':schedule-id'))
call('HSET', P .. ':schedule-names', ARGV[1], id)
call('HSET', P .. ':schedule:' .. id, 'name', ARGV[1], 'created_at', int(now), unpack(ARGV, 4))
set_next_run(id, ARGV[2], ARGV[3])
return answer_schedule(read_schedule(id))
`);

const FIND = script(`${SCHEDULE}
local schedule = read_schedule(ARGV[1])
return schedule and answer_schedule(schedule)
`);

const LIST = script(`${SCHEDULE}
local schedules = {}
for _, id in ipairs(call('HVALS', P .. ':schedule-names')) do
  schedules[#schedules + 1] = answer_schedule(read_schedule(id))
end
return schedules
`);

const DUE = script(`${SCHEDULE}
local schedules = {}
for _, id in ipairs(call('ZRANGEBYSCORE', P .. ':schedules-due', '-inf', ARGV[1])) do
  schedules[#schedules + 1] = answer_schedule(read_schedule(id))
end
return schedules
`);

const SET_NEXT_RUN = script(`${SCHEDULE}
if not read_schedule(ARGV[1]) then return false end
set_next_run(ARGV[1], ARGV[2], ARGV[3])
return answer_schedule(read_schedule(ARGV[1]))
`);

const DELETE = script(`${SCHEDULE}
local schedule = read_schedule(ARGV[1])
if not schedule then return 0 end
set_next_run(ARGV[1], '', 0)
call('HDEL', P .. ':schedule-names', schedule.name)
call('DEL', P .. ':schedule:' .. ARGV[1], P .. ':slots:' .. ARGV[1])
return 1
`);

/** The arguments: id, expected next run, next run, the same in ms, the job's six, then the slots, each with its ms. */
const FIRE = script(`${SCHEDULE}
local id = ARGV[1]
local schedule = read_schedule(id)
if not schedule or schedule.next_run ~= ARGV[2] then return false end
local jobs = {}
for i = 11, #ARGV, 2 do
  if call('ZADD', P .. ':slots:' .. id, 'NX', ARGV[i + 1], ARGV[i]) == 1 then
    jobs[#jobs + 1] = insert(ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10])
  end
end
call('HSET', P .. ':schedule:' .. id, 'last_run', ARGV[#ARGV - 1])
set_next_run(id, ARGV[3], ARGV[4])
return jobs
`);

const FORGET_SLOTS = script(`
for _, id in ipairs(call('HVALS', P .. ':schedule-names')) do
  call('ZREMRANGEBYSCORE', P .. ':slots:' .. id, '-inf', '(' .. int(now - ARGV[1]))
end
`);

/** Schedules, and which of their slots have had their job. */
export class Schedules {
  readonly #scripts: Scripts;
  readonly #outbox: Outbox;

  constructor(scripts: Scripts, outbox: Outbox) {
    this.#scripts = scripts;
    this.#outbox = outbox;
  }

  async insert({ name, next_run, ...others }: NewScheduleRow): Promise<ScheduleRow | undefined> {
    const columns = Object.entries(others).flat();
    return rowOf(await this.#scripts.run(INSERT, name, next_run, Date.parse(next_run), ...columns));
  }

  async find(scheduleId: number): Promise<ScheduleRow | undefined> {
    return rowOf(await this.#scripts.run(FIND, scheduleId));
  }

  async list(): Promise<readonly ScheduleRow[]> {
    return rowsOf(await this.#scripts.run(LIST)).sort((one, other) => one.schedule_id - other.schedule_id);
  }

  async due(at: string): Promise<readonly ScheduleRow[]> {
    return rowsOf(await this.#scripts.run(DUE, Date.parse(at)));
  }

  async setNextRun(scheduleId: number, nextRun: string | null): Promise<ScheduleRow | undefined> {
    const args = nextRun === null ? ["", 0] : [nextRun, Date.parse(nextRun)];
    return rowOf(await this.#scripts.run(SET_NEXT_RUN, scheduleId, ...args));
  }

  async remove(scheduleId: number): Promise<boolean> {
    return (await this.#scripts.run(DELETE, scheduleId)) === 1;
  }

  async fire(firing: ScheduleFiring): Promise<readonly number[] | undefined> {
    const { scheduleId, expectedNextRun, slots, nextRun, job } = firing;
    const { job_type: jobType, config, priority, max_retries, needs } = job;
    const queue = queueOf(needs);
    const ids = await this.#scripts.run(
      FIRE,
      ...[scheduleId, expectedNextRun, nextRun, Date.parse(nextRun)],
      ...[jobType, config, priority, max_retries, needs, queue],
      ...slots.flatMap((slot) => [slot, Date.parse(slot)]),
    );
    if (ids === null) return undefined;
    const made = ids as readonly string[];
    // The jobs are there: tickets that cannot be sent now are sent by a claim.
    await this.#outbox
      .send(made.map((jobId) => ({ jobId, jobType, priority, queue, ticket: `${jobId}-0` })))
      .catch(() => {});
    return made.map(Number);
  }

  async forgetSlots(olderThanMs: number): Promise<void> {
    await this.#scripts.run(FORGET_SLOTS, olderThanMs);
  }
}

function rowsOf(reply: Reply): ScheduleRow[] {
  return (reply as readonly Reply[]).map((each) => rowOf(each) as ScheduleRow);
}

function rowOf(reply: Reply): ScheduleRow | undefined {
  if (reply === null) return undefined;
  const schedule = fieldsOf(reply);
  return {
    schedule_id: Number(schedule.schedule_id),
    name: schedule.name as string,
    job_type: schedule.job_type as string,
    config: schedule.config as string,
    schedule_expr: schedule.schedule_expr as string,
    priority: Number(schedule.priority),
    enabled: schedule.next_run !== undefined,
    next_run: schedule.next_run ?? null,
    last_run: schedule.last_run ?? null,
    created_at: momentOf(schedule.created_at) as string,
    timezone: schedule.timezone as string,
    max_retries: Number(schedule.max_retries),
    missed_slots: schedule.missed_slots as MissedSlots,
  };
}
