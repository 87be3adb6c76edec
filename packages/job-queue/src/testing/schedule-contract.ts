import { describe, expect, it } from "vitest";
import type { NewScheduleRow, ScheduleFiring } from "../schedule-store.js";
import { newJob } from "./contract-helpers.js";
import type { StoreUnderTest } from "./store-under-test.js";

const nightly: NewScheduleRow = {
  name: "daily-retrain",
  job_type: "training",
  config: '{"epochs":10}',
  schedule_expr: "0 2 * * *",
  priority: 5,
  next_run: "2026-01-28T02:00:00.000Z",
  timezone: "UTC",
  max_retries: 3,
  missed_slots: "run-once",
};

/** Schedules and their slots. */
export function scheduleContract(under: () => StoreUnderTest): void {
  const firing = (scheduleId: number, changes: Partial<ScheduleFiring> = {}): ScheduleFiring => ({
    scheduleId,
    expectedNextRun: nightly.next_run,
    slots: [nightly.next_run],
    nextRun: "2026-01-29T02:00:00.000Z",
    job: newJob({ priority: 8 }),
    ...changes,
  });
  const inserted = async (changes: Partial<NewScheduleRow> = {}): Promise<number> => {
    const row = await under().store.insertSchedule({ ...nightly, ...changes });
    if (row === undefined) throw new Error("the name is taken");
    return row.schedule_id;
  };

  describe("schedules", () => {
    it("are found as they were put in, enabled", async () => {
      const { store } = under();
      const id = await inserted();
      const expected = {
        ...nightly,
        schedule_id: id,
        enabled: true,
        last_run: null,
        created_at: expect.any(String),
      };
      expect(await store.findSchedule(id)).toEqual(expected);
      expect(await store.listSchedules()).toEqual([expected]);
      expect(await store.findSchedule(id + 1)).toBeUndefined();
    });

    it("have names of their own", async () => {
      const { store } = under();
      await inserted();
      expect(await store.insertSchedule({ ...nightly, priority: 1 })).toBeUndefined();
      expect(await store.listSchedules()).toMatchObject([{ priority: 5 }]);
    });

    it("are due at their next run, while they are enabled", async () => {
      const { store } = under();
      const late = await inserted();
      const early = await inserted({ name: "early", next_run: "2026-01-28T01:00:00.000Z" });
      const dueAt = async (at: string): Promise<number[]> =>
        (await store.dueSchedules(at)).map(({ schedule_id }) => schedule_id);
      expect(await dueAt("2026-01-28T00:59:59.999Z")).toEqual([]);
      expect(await dueAt("2026-01-28T01:00:00.000Z")).toEqual([early]);
      expect(await dueAt("2026-01-28T02:00:00.000Z")).toEqual([early, late]);
      expect(await store.setNextRun(early, null)).toMatchObject({ enabled: false, next_run: null });
      expect(await dueAt("2026-01-28T02:00:00.000Z")).toEqual([late]);
      expect(await store.setNextRun(early, "2026-01-29T01:00:00.000Z")).toMatchObject({
        enabled: true,
        next_run: "2026-01-29T01:00:00.000Z",
      });
      expect(await store.setNextRun(77, null)).toBeUndefined();
    });

    it("are deleted, and their jobs stay", async () => {
      const { store } = under();
      const id = await inserted();
      const made = await store.fireSchedule(firing(id));
      expect(await store.deleteSchedule(id)).toBe(true);
      expect(await store.deleteSchedule(id)).toBe(false);
      expect(await store.listSchedules()).toEqual([]);
      expect(await store.findJob(made![0]!)).toMatchObject({ status: "pending" });
      expect(await inserted()).toBeGreaterThan(id);
    });
  });

  describe("firing", () => {
    it("makes a job for each slot and moves the schedule on", async () => {
      const { store } = under();
      const id = await inserted();
      const slots = [nightly.next_run, "2026-01-29T02:00:00.000Z"];
      const made = await store.fireSchedule(firing(id, { slots, nextRun: "2026-01-30T02:00:00.000Z" }));
      expect(made).toHaveLength(2);
      expect(await store.findJob(made![1]!)).toMatchObject({ ...newJob({ priority: 8 }), status: "pending" });
      expect(await store.findSchedule(id)).toMatchObject({
        next_run: "2026-01-30T02:00:00.000Z",
        last_run: "2026-01-29T02:00:00.000Z",
      });
    });

    it("happens once, however many schedulers do it at once", async () => {
      const { store, openAnother } = under();
      const id = await inserted();
      const stores = [store, await openAnother(), await openAnother()];
      const results = await Promise.all(stores.map((each) => each.fireSchedule(firing(id))));
      expect(results.filter((result) => result !== undefined)).toHaveLength(1);
      expect(await store.listJobs({ limit: 10 })).toHaveLength(1);
    });

    it("gives no slot a second job, also when the schedule was set back", async () => {
      const { store } = under();
      const id = await inserted();
      await store.fireSchedule(firing(id));
      await store.setNextRun(id, nightly.next_run);
      expect(await store.fireSchedule(firing(id))).toEqual([]);
      expect(await store.findSchedule(id)).toMatchObject({ next_run: "2026-01-29T02:00:00.000Z" });
      expect(await store.listJobs({ limit: 10 })).toHaveLength(1);
    });

    it("does nothing for a disabled or deleted schedule", async () => {
      const { store } = under();
      const id = await inserted();
      await store.setNextRun(id, null);
      expect(await store.fireSchedule(firing(id))).toBeUndefined();
      await store.deleteSchedule(id);
      expect(await store.fireSchedule(firing(id))).toBeUndefined();
      expect(await store.listJobs({ limit: 10 })).toEqual([]);
    });
  });
}
