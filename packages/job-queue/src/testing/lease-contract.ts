import { describe, expect, it } from "vitest";
import type { Settlement } from "../job-store.js";
import { claim, claimed, LEASE_MS, newJob, running } from "./contract-helpers.js";
import type { StoreUnderTest } from "./store-under-test.js";

const past = LEASE_MS + 200;

/** Leases, and how claims end. */
export function leaseContract(under: () => StoreUnderTest): void {
  describe("ending a claim", () => {
    it.each<[Settlement, object]>([
      [{ kind: "completed" }, { status: "completed", completed_at: expect.any(String), error_message: null }],
      [
        { kind: "failed", errorMessage: "exit 1" },
        { status: "failed", error_message: "exit 1", retry_count: 0 },
      ],
      [
        { kind: "cancelled", errorMessage: "as asked" },
        { status: "cancelled", error_message: "as asked" },
      ],
      [{ kind: "released" }, { status: "pending", retry_count: 0, worker_id: null, started_at: null }],
    ])("%j", async (settlement, expected) => {
      const { store } = under();
      const { row, lease } = await running(store);
      expect(await store.settleJob(lease, settlement)).toBe(true);
      expect(await store.findJob(row.job_id)).toMatchObject({ ...expected, lease_expires_at: null });
    });

    it("is possible once", async () => {
      const { store } = under();
      const { row, lease } = await running(store);
      expect(await store.settleJob(lease, { kind: "completed" })).toBe(true);
      expect(await store.settleJob(lease, { kind: "failed", errorMessage: "again" })).toBe(false);
      expect(await store.findJob(row.job_id)).toMatchObject({ status: "completed" });
    });

    it("lets a retry wait", async () => {
      const { store, elapse } = under();
      const { row, lease } = await running(store);
      await store.settleJob(lease, { kind: "retrying", errorMessage: "exit 1", delayMs: 400 });
      expect(await store.findJob(row.job_id)).toMatchObject({
        status: "pending",
        retry_count: 1,
        error_message: "exit 1",
        not_before: expect.any(String),
      });
      const nothing = await claim(store);
      expect(nothing).toMatchObject({ kind: "nothing", dueInMs: expect.any(Number) });
      await elapse(600);
      expect((await claimed(store)).row).toMatchObject({
        job_id: row.job_id,
        retry_count: 1,
        error_message: null,
      });
    });

    it("cancels what was to be cancelled instead of trying it again", async () => {
      const { store } = under();
      for (const settlement of [
        { kind: "retrying", errorMessage: "exit 1", delayMs: 0 },
        { kind: "released" },
      ] as const) {
        const { row, lease } = await running(store);
        await store.cancelJob(row.job_id);
        expect(await store.settleJob(lease, settlement)).toBe(true);
        expect(await store.findJob(row.job_id)).toMatchObject({ status: "cancelled", retry_count: 0 });
      }
    });

    it("completes what completed although it was to be cancelled", async () => {
      const { store } = under();
      const { row, lease } = await running(store);
      await store.cancelJob(row.job_id);
      expect(await store.settleJob(lease, { kind: "completed" })).toBe(true);
      expect(await store.findJob(row.job_id)).toMatchObject({ status: "completed", cancel_requested: false });
    });
  });

  describe("a lease", () => {
    it("holds while it is renewed", async () => {
      const { store, elapse } = under();
      const { row, lease } = await running(store);
      for (let each = 0; each < 4; each += 1) {
        await elapse(LEASE_MS / 2);
        expect(await store.renewLease(lease, LEASE_MS)).toBe("held");
        expect(await claim(store, "worker-02")).toMatchObject({ kind: "nothing" });
      }
      expect(await store.settleJob(lease, { kind: "completed" })).toBe(true);
      expect(await store.findJob(row.job_id)).toMatchObject({ status: "completed", worker_id: "worker-01" });
    });

    it("runs out, and the job goes to somebody else and uses no retry; the first worker can write it no more", async () => {
      const { store, elapse, openAnother } = under();
      const dead = await running(store);
      await elapse(past);
      const other = await openAnother();
      const next = await claimed(other, "worker-02");
      expect(next.row).toMatchObject({ job_id: dead.row.job_id, retry_count: 0, worker_id: "worker-02" });
      expect(await store.renewLease(dead.lease, LEASE_MS)).toBe("lost");
      expect(await store.settleJob(dead.lease, { kind: "completed" })).toBe(false);
      const message = { jobId: dead.row.job_id, level: "INFO", message: "still here" } as const;
      expect(await store.appendLog({ ...message, lease: dead.lease })).toBeUndefined();
      expect(await other.appendLog({ ...message, lease: next.lease })).toEqual(expect.any(Number));
      expect(await other.settleJob(next.lease, { kind: "completed" })).toBe(true);
      expect(await store.findJob(dead.row.job_id)).toMatchObject({
        status: "completed",
        worker_id: "worker-02",
      });
    });

    it("is recovered without a claim as well", async () => {
      const { store, elapse } = under();
      const { row } = await running(store);
      expect(await store.recoverJobs()).toBe(0);
      await elapse(past);
      expect(await store.recoverJobs()).toBe(1);
      expect(await store.findJob(row.job_id)).toMatchObject({
        status: "pending",
        worker_id: null,
        started_at: null,
      });
    });

    it("lost three times in a row fails the job", async () => {
      const { store, elapse } = under();
      const { row } = await running(store);
      for (const _ of [1, 2]) {
        await elapse(past);
        expect((await claimed(store)).row.job_id).toBe(row.job_id);
      }
      await elapse(past);
      expect(await claim(store)).toMatchObject({ kind: "nothing" });
      expect(await store.findJob(row.job_id)).toMatchObject({
        status: "failed",
        error_message: expect.stringContaining("worker-01"),
        retry_count: 0,
      });
    });

    it("counts anew after an attempt that ended by itself", async () => {
      const { store, elapse } = under();
      const { row } = await running(store);
      for (const _ of [1, 2]) {
        await elapse(past);
        await claimed(store).then(() => undefined);
      }
      await elapse(past);
      expect(await claim(store)).toMatchObject({ kind: "nothing" });
      await store.retryJob(row.job_id);
      for (const _ of [1, 2]) {
        await claimed(store);
        await elapse(past);
      }
      const { lease } = await claimed(store);
      expect(await store.settleJob(lease, { kind: "retrying", errorMessage: "exit 1", delayMs: 0 })).toBe(
        true,
      );
      await claimed(store);
      await elapse(past);
      expect((await claimed(store)).row.job_id).toBe(row.job_id);
    });

    it("that runs out cancels a job that was to be cancelled", async () => {
      const { store, elapse } = under();
      const { row } = await running(store);
      await store.cancelJob(row.job_id);
      await elapse(past);
      expect(await store.recoverJobs()).toBe(1);
      expect(await store.findJob(row.job_id)).toMatchObject({ status: "cancelled" });
    });

    it("is kept by itself, and tells of a wish to cancel", async () => {
      const { store, elapse } = under();
      const { row, lease } = await running(store);
      const heard: string[] = [];
      const stop = store.keepLease(lease, LEASE_MS, {
        onCancelRequested: () => heard.push("cancel"),
        onLost: () => heard.push("lost"),
      });
      await elapse(3 * LEASE_MS);
      expect(await claim(store, "worker-02")).toMatchObject({ kind: "nothing" });
      expect(heard).toEqual([]);
      await store.cancelJob(row.job_id);
      await elapse(3 * LEASE_MS);
      expect(heard).toEqual(["cancel"]);
      await store.takeBackJob(row.job_id);
      await elapse(3 * LEASE_MS);
      expect(heard).toEqual(["cancel", "lost"]);
      stop();
    });

    it("is kept no longer than wanted", async () => {
      const { store, elapse } = under();
      const { row, lease } = await running(store);
      store.keepLease(lease, LEASE_MS, { onCancelRequested: () => {}, onLost: () => {} })();
      await elapse(past);
      expect((await claimed(store, "worker-02")).row.job_id).toBe(row.job_id);
    });
  });

  describe("workers", () => {
    it("are there while they report or hold a claim", async () => {
      const { store, elapse } = under();
      await store.reportWorker({ worker_id: "worker-01", needs: ["command"] }, 300);
      await store.reportWorker({ worker_id: "worker-02", needs: null }, 60_000);
      await store.insertJob(newJob());
      await claimed(store, "worker-01");
      await elapse(400);
      expect(await store.listWorkers()).toEqual([
        { worker_id: "worker-01", needs: ["command"] },
        { worker_id: "worker-02", needs: null },
      ]);
      await elapse(past);
      expect(await store.listWorkers()).toEqual([{ worker_id: "worker-02", needs: null }]);
      await store.forgetWorker("worker-02");
      expect(await store.listWorkers()).toEqual([]);
    });
  });
}
