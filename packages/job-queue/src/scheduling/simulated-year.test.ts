import BetterSqlite from "better-sqlite3";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ScheduleStore } from "../schedule-store.js";
import { SqliteJobStore } from "../sqlite/sqlite-job-store.js";
import { type RedisServerUnderTest, redisIsMissing, startRedis } from "../testing/redis-server.js";
import { redisUnderTest } from "../testing/redis-under-test.js";
import { type ExpectedJob, ScheduleSimulation } from "../testing/schedule-simulation.js";
import { SIMULATED_SCHEDULES } from "../testing/simulated-schedules.js";
import { useFolder } from "../testing/use-folder.js";
import { TrainingScheduler } from "./training-scheduler.js";

const LONG = process.env.SPAWN_LONG === "1";
const SEED = Number(process.env.SPAWN_SEED ?? 20_260_301);

const DAY = 86_400_000;
const YEAR = { from: Date.UTC(2026, 0, 1), until: Date.UTC(2027, 0, 1), turnMs: 4 * DAY, seed: SEED };
/** When clocks are changed in North America, in Europe, and in Chile and Australia. */
const CHANGES = [
  ["2026-03-07", "2026-03-10"],
  ["2026-03-28", "2026-03-31"],
  ["2026-04-04", "2026-04-07"],
].map(([from = "", until = ""], place) => ({
  ...{ from: Date.parse(from), until: Date.parse(until), turnMs: DAY, seed: SEED + place },
}));
const SPANS = LONG ? [YEAR] : CHANGES;
const SPANS_ON_REDIS = LONG ? [YEAR] : CHANGES.slice(1, 2);
const LIMIT_MS = LONG ? 3_600_000 : 120_000;

async function createAll(store: ScheduleStore, { clock }: ScheduleSimulation): Promise<void> {
  const scheduler = new TrainingScheduler({ store, clock });
  for (const [place, { expression, timezone, missedSlots }] of SIMULATED_SCHEDULES.entries()) {
    const name = `schedule-${place + 1}`;
    const scheduleId = await scheduler.createSchedule({
      ...{ name, jobType: name, config: {}, scheduleExpr: expression, timezone, missedSlots },
    });
    expect(scheduleId).toBe(place + 1);
  }
}

function said({ slot, madeAt }: ExpectedJob): string {
  return `${new Date(slot).toISOString()} at ${new Date(madeAt).toISOString()}`;
}

/** Missed slots that are to have their job, and those that are not to have one. */
function tell(
  simulation: ScheduleSimulation,
  days: number,
  expected: readonly (readonly ExpectedJob[])[],
): void {
  const jobs = expected.flat();
  const late = jobs.filter(({ slot, madeAt }) => slot !== madeAt).length;
  const away = Math.round(simulation.awayPart() * 1000) / 10;
  console.log(
    `${days} days, ${expected.length} schedules, two schedulers, nobody up for ${away} % of the time: ` +
      `${jobs.length} slots with a job, ${late} of them made up for`,
  );
}

function daysOf({ from, until }: { from: number; until: number }): number {
  return (until - from) / 86_400_000;
}

describe("two schedulers that come and go", () => {
  const folder = useFolder();

  it.each(SPANS)(
    "make, on SQLite, each slot's job at its moment, as the policy says, and none twice",
    {
      timeout: LIMIT_MS,
    },
    async (span) => {
      const path = folder.database;
      const simulation = new ScheduleSimulation(span);
      const { clock } = simulation;
      const stores = [
        await SqliteJobStore.open({ path, clock, synchronous: "normal" }),
        await SqliteJobStore.open({ path, clock, synchronous: "normal" }),
      ] as const;
      for (const store of stores) simulation.addScheduler(store);
      await createAll(stores[0], simulation);
      await simulation.run();
      for (const store of stores) await store.close();

      const database = new BetterSqlite(path);
      const jobs = database.prepare(
        `SELECT slot || ' at ' || created_at FROM jobs LEFT JOIN schedule_slots USING (job_id)
       WHERE job_type = ? ORDER BY slot`,
      );
      const expected = SIMULATED_SCHEDULES.map((schedule) => simulation.expectedJobs(schedule));
      for (const [place, schedule] of SIMULATED_SCHEDULES.entries()) {
        const made = jobs.pluck().all(`schedule-${place + 1}`);
        expect(made, JSON.stringify(schedule)).toEqual(expected[place]!.map(said));
      }
      expect(database.prepare("SELECT count(*) FROM jobs").pluck().get()).toBe(expected.flat().length);
      tell(simulation, daysOf(span), expected);
      database.close();
    },
  );
});

describe.skipIf(redisIsMissing())("two schedulers that come and go, on Redis", () => {
  let server: RedisServerUnderTest;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  it.each(SPANS_ON_REDIS)(
    "make each slot's job as the policy says, and none twice",
    {
      timeout: LIMIT_MS,
    },
    async (span) => {
      const simulation = new ScheduleSimulation(span);
      const { store, prefix, openAnother, close } = await redisUnderTest(server.url);
      for (const each of [store, await openAnother()]) simulation.addScheduler(each);
      await createAll(store, simulation);
      await simulation.run();
      await close();

      // The moments at which jobs were made are the server's, so only which were made can be compared.
      const client = new Redis(server.url);
      const expected = SIMULATED_SCHEDULES.map((schedule) => simulation.expectedJobs(schedule));
      for (const [place, schedule] of SIMULATED_SCHEDULES.entries()) {
        const slots = await client.zrange(`{${prefix}}:slots:${place + 1}`, "0", "-1");
        const wanted = expected[place]!.map(({ slot }) => new Date(slot).toISOString());
        expect(slots, JSON.stringify(schedule)).toEqual(wanted);
        const jobs = await client.zcard(`{${prefix}}:index:pending:schedule-${place + 1}`);
        expect(jobs, JSON.stringify(schedule)).toBe(wanted.length);
      }
      client.disconnect();
      tell(simulation, daysOf(span), expected);
    },
  );
});
