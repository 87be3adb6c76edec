import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SqliteUnderTest, sqliteUnderTest } from "../testing/sqlite-under-test.js";
import { type NewSchedule, TrainingScheduler } from "./training-scheduler.js";

const HOUR = 3_600_000;

let under: SqliteUnderTest;
let scheduler: TrainingScheduler;
beforeEach(async () => {
  under = await sqliteUnderTest();
  under.clock.setWall(Date.parse("2026-11-20T15:00:00Z"));
  scheduler = new TrainingScheduler({ store: under.store, clock: under.clock });
});
afterEach(() => under.close());

const nightly: NewSchedule = {
  name: "daily-retrain",
  jobType: "training",
  config: { epochs: 10 },
  scheduleExpr: "0 2 * * *",
  priority: 7,
};

function passHours(hours: number): void {
  under.clock.advance(hours * HOUR);
}

describe("TrainingScheduler", () => {
  it("makes a job when a slot has come, and once", async () => {
    const id = await scheduler.createSchedule(nightly);
    expect(await scheduler.listSchedules()).toMatchObject([
      {
        scheduleId: id,
        enabled: true,
        nextRun: "2026-11-21T02:00:00.000Z",
        timezone: "UTC",
        missedSlots: "run-once",
      },
    ]);
    expect(await scheduler.checkDueSchedules()).toEqual([]);
    passHours(11);
    const [jobId] = await scheduler.checkDueSchedules();
    expect(await under.store.findJob(jobId!)).toMatchObject({
      job_type: "training",
      config: '{"epochs":10}',
      priority: 7,
      max_retries: 3,
    });
    expect(await scheduler.checkDueSchedules()).toEqual([]);
    expect(await scheduler.getSchedule(id)).toMatchObject({
      nextRun: "2026-11-22T02:00:00.000Z",
      lastRun: "2026-11-21T02:00:00.000Z",
    });
  });

  it("makes up for missed slots with one job, or with one for each", async () => {
    const once = await scheduler.createSchedule({ ...nightly, scheduleExpr: "0 * * * *" });
    const all = await scheduler.createSchedule({
      ...nightly,
      name: "each",
      scheduleExpr: "0 * * * *",
      missedSlots: "run-all",
    });
    passHours(10.5);
    expect(await scheduler.checkDueSchedules()).toHaveLength(1 + 10);
    for (const id of [once, all]) {
      expect(await scheduler.getSchedule(id)).toMatchObject({
        lastRun: "2026-11-21T01:00:00.000Z",
        nextRun: "2026-11-21T02:00:00.000Z",
      });
    }
  });

  it("makes up for more slots than fit into one step", async () => {
    await scheduler.createSchedule({ ...nightly, scheduleExpr: "* * * * *", missedSlots: "run-all" });
    passHours(40);
    expect(await scheduler.checkDueSchedules()).toHaveLength(40 * 60);
  });

  it("does not make up for slots while disabled", async () => {
    const id = await scheduler.createSchedule({ ...nightly, missedSlots: "run-all" });
    expect(await scheduler.disableSchedule(id)).toMatchObject({ enabled: false });
    expect(await scheduler.listSchedules({ enabledOnly: true })).toEqual([]);
    passHours(72);
    expect(await scheduler.checkDueSchedules()).toEqual([]);
    expect(await scheduler.enableSchedule(id)).toMatchObject({
      enabled: true,
      nextRun: "2026-11-24T02:00:00.000Z",
    });
    expect(await scheduler.enableSchedule(id)).toMatchObject({ nextRun: "2026-11-24T02:00:00.000Z" });
    expect(await scheduler.checkDueSchedules()).toEqual([]);
  });

  it("has its slots on the clocks of its time zone", async () => {
    const id = await scheduler.createSchedule({ ...nightly, timezone: "America/New_York" });
    expect(await scheduler.getSchedule(id)).toMatchObject({ nextRun: "2026-11-21T07:00:00.000Z" });
  });

  it("refuses what is wrong, and keeps nothing of it", async () => {
    const wrong: [Partial<NewSchedule>, string][] = [
      [{ name: " " }, "bad-arguments"],
      [{ scheduleExpr: "0 25 * * *" }, "bad-arguments"],
      [{ timezone: "Mars" }, "bad-arguments"],
      [{ priority: 11 }, "bad-arguments"],
      [{ missedSlots: "never" as "run-once" }, "bad-arguments"],
    ];
    for (const [changes, code] of wrong) {
      await expect(scheduler.createSchedule({ ...nightly, ...changes })).rejects.toMatchObject({ code });
    }
    expect(await scheduler.listSchedules()).toEqual([]);
    await scheduler.createSchedule(nightly);
    await expect(scheduler.createSchedule(nightly)).rejects.toMatchObject({ code: "schedule-name-taken" });
  });

  it("says that it does not know a schedule", async () => {
    for (const id of [77, 0, 1.5]) {
      for (const call of [
        scheduler.getSchedule(id),
        scheduler.enableSchedule(id),
        scheduler.disableSchedule(id),
      ]) {
        await expect(call).rejects.toMatchObject({ code: "schedule-not-found" });
      }
      await expect(scheduler.deleteSchedule(id)).rejects.toMatchObject({ code: "schedule-not-found" });
    }
  });

  it("lets a schedule that cannot be read not hold up the others", async () => {
    const broken = await under.store.insertSchedule({
      name: "broken",
      job_type: "training",
      config: "{}",
      schedule_expr: "0 2 * * *",
      priority: 5,
      next_run: "2026-11-20T16:00:00.000Z",
      timezone: "Gone/Zone",
      max_retries: 3,
      missed_slots: "run-once",
    });
    await scheduler.createSchedule({ ...nightly, scheduleExpr: "0 17 * * *" });
    passHours(3);
    const problems: string[] = [];
    const made = await scheduler.checkDueSchedules({ onProblem: ({ name }) => problems.push(name) });
    expect(made).toHaveLength(1);
    expect(problems).toEqual(["broken"]);
    await expect(scheduler.checkDueSchedules()).rejects.toMatchObject({ code: "bad-arguments" });
    expect(await under.store.findSchedule(broken!.schedule_id)).toMatchObject({ last_run: null });
  });

  it("runs until it is told to stop, and makes each job at its moment", async () => {
    await scheduler.createSchedule({ ...nightly, scheduleExpr: "0 * * * *" });
    const stop = new AbortController();
    const moments: string[] = [];
    const run = scheduler.run({
      signal: stop.signal,
      onJobs: (jobIds) => {
        for (const _ of jobIds) moments.push(new Date(under.clock.wallMs()).toISOString().slice(11, 19));
        if (moments.length === 2) stop.abort();
      },
    });
    while (!stop.signal.aborted) {
      await new Promise(setImmediate);
      const next = under.clock.nextTimer();
      if (next !== undefined) under.clock.advance(next - under.clock.bootMs());
    }
    await run;
    expect(moments).toEqual(["16:00:00", "17:00:00"]);
  });
});
