import { describe, expect, it } from "vitest";
import { claim, claimed, newJob, running } from "./contract-helpers.js";
import type { StoreUnderTest } from "./store-under-test.js";

/** Putting in, finding, claiming, changing and removing jobs. */
export function jobContract(under: () => StoreUnderTest): void {
  describe("jobs", () => {
    it("are found as they were put in, with growing ids", async () => {
      const { store } = under();
      const first = await store.insertJob(newJob());
      const second = await store.insertJob(newJob({ priority: 7, max_retries: 0 }));
      expect(second).toBeGreaterThan(first);
      expect(await store.findJob(first)).toEqual({
        ...newJob(),
        job_id: first,
        status: "pending",
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        started_at: null,
        completed_at: null,
        error_message: null,
        worker_id: null,
        retry_count: 0,
        not_before: null,
        lease_expires_at: null,
        cancel_requested: false,
      });
      expect(await store.findJob(second + 1)).toBeUndefined();
    });

    it("are listed newest first, by status, type and page", async () => {
      const { store } = under();
      const ids: number[] = [];
      for (const job_type of ["training", "export", "training"])
        ids.push(await store.insertJob(newJob({ job_type })));
      await store.cancelJob(ids[2]!);
      const idsOf = async (query: object): Promise<number[]> =>
        (await store.listJobs({ limit: 10, ...query })).map(({ job_id }) => job_id);
      expect(await idsOf({})).toEqual(ids.toReversed());
      expect(await idsOf({ limit: 2 })).toEqual([ids[2], ids[1]]);
      expect(await idsOf({ beforeJobId: ids[1] })).toEqual([ids[0]]);
      expect(await idsOf({ status: "pending" })).toEqual([ids[1], ids[0]]);
      expect(await idsOf({ jobType: "training" })).toEqual([ids[2], ids[0]]);
      expect(await idsOf({ jobType: "training", status: "pending" })).toEqual([ids[0]]);
    });

    it("are counted by status, and the pending ones by what they need", async () => {
      const { store } = under();
      await store.insertJob(newJob({ needs: "command" }));
      await store.insertJob(newJob());
      const { lease } = await claimed(store, "worker-01", ["type:training"]);
      await store.settleJob(lease, { kind: "retrying", errorMessage: "exit 1", delayMs: 60_000 });
      await store.cancelJob(await store.insertJob(newJob()));
      expect(await store.countJobs()).toEqual({
        byStatus: { pending: 2, running: 0, completed: 0, failed: 0, cancelled: 1 },
        pendingByNeeds: [
          { needs: "command", jobs: 1 },
          { needs: "type:training", jobs: 1 },
        ],
      });
    });
  });

  describe("a claim", () => {
    it("takes the highest priority first, then the oldest", async () => {
      const { store } = under();
      const ids: number[] = [];
      for (const priority of [5, 1, 10, 5, 10]) ids.push(await store.insertJob(newJob({ priority })));
      const order: number[] = [];
      for (const _ of ids) order.push((await claimed(store)).row.job_id);
      expect(order).toEqual([ids[2], ids[4], ids[0], ids[3], ids[1]]);
      expect(await claim(store)).toMatchObject({ kind: "nothing" });
    });

    it("makes the job running, by that worker", async () => {
      const { store } = under();
      const { row } = await running(store);
      expect(row).toMatchObject({
        status: "running",
        worker_id: "worker-01",
        started_at: expect.any(String),
        lease_expires_at: expect.any(String),
        completed_at: null,
      });
      expect(Date.parse(row.lease_expires_at!)).toBeGreaterThan(Date.parse(row.started_at!));
      expect(await store.findJob(row.job_id)).toMatchObject({ status: "running", worker_id: "worker-01" });
    });

    it("takes only what the worker can do", async () => {
      const { store } = under();
      const command = await store.insertJob(newJob({ needs: "command", priority: 1 }));
      await store.insertJob(newJob({ needs: "type:other", priority: 10 }));
      expect((await claimed(store, "worker-01", ["queue", "command"])).row.job_id).toBe(command);
      expect(await claim(store, "worker-01", ["queue", "command"])).toMatchObject({ kind: "nothing" });
      expect((await claimed(store)).row.needs).toBe("type:other");
    });

    it("takes the best of all that the worker can do", async () => {
      const { store } = under();
      await store.insertJob(newJob({ needs: "command", priority: 4 }));
      const best = await store.insertJob(newJob({ needs: "queue", priority: 6 }));
      expect((await claimed(store, "worker-01", ["command", "queue"])).row.job_id).toBe(best);
    });

    it("gives each job to one worker, however many ask at once", async () => {
      const { store, openAnother } = under();
      const stores = [store, await openAnother(), await openAnother()];
      for (let each = 0; each < 30; each += 1) await store.insertJob(newJob());
      const results = await Promise.all(
        Array.from({ length: 45 }, (_, index) => claim(stores[index % 3]!, `worker-${index % 3}`)),
      );
      const ids = results.flatMap((result) => (result.kind === "claimed" ? [result.row.job_id] : []));
      expect(ids).toHaveLength(30);
      expect(new Set(ids).size).toBe(30);
    });
  });

  describe("a change by hand", () => {
    it("cancels a pending job at once", async () => {
      const { store } = under();
      const jobId = await store.insertJob(newJob());
      expect(await store.cancelJob(jobId)).toMatchObject({
        kind: "changed",
        row: { job_id: jobId, status: "cancelled", completed_at: expect.any(String), started_at: null },
      });
      expect(await claim(store)).toMatchObject({ kind: "nothing" });
    });

    it("asks a running job's worker to cancel, any number of times", async () => {
      const { store } = under();
      const { row, lease } = await running(store);
      for (const _ of [1, 2]) {
        expect(await store.cancelJob(row.job_id)).toMatchObject({
          kind: "changed",
          row: { status: "running", cancel_requested: true },
        });
      }
      expect(await store.settleJob(lease, { kind: "cancelled" })).toBe(true);
      expect(await store.findJob(row.job_id)).toMatchObject({ status: "cancelled", cancel_requested: false });
    });

    it("retries a failed job at once, and gives one more retry to one that has none left", async () => {
      const { store } = under();
      const { row, lease } = await running(store, { max_retries: 0 });
      await store.settleJob(lease, { kind: "failed", errorMessage: "exit 1" });
      expect(await store.retryJob(row.job_id)).toMatchObject({
        kind: "changed",
        row: {
          status: "pending",
          retry_count: 1,
          max_retries: 1,
          started_at: null,
          completed_at: null,
          worker_id: null,
        },
      });
      expect((await claimed(store)).row).toMatchObject({ job_id: row.job_id, retry_count: 1 });
    });

    it("retries a cancelled job without counting it", async () => {
      const { store } = under();
      const jobId = await store.insertJob(newJob());
      await store.cancelJob(jobId);
      expect(await store.retryJob(jobId)).toMatchObject({
        kind: "changed",
        row: { status: "pending", retry_count: 0 },
      });
      expect((await claimed(store)).row.job_id).toBe(jobId);
    });

    it("takes a running job from its worker", async () => {
      const { store } = under();
      const { row, lease } = await running(store);
      expect(await store.takeBackJob(row.job_id)).toMatchObject({
        kind: "changed",
        row: { status: "pending" },
      });
      expect(await store.settleJob(lease, { kind: "completed" })).toBe(false);
      expect(await store.renewLease(lease, 1_000)).toBe("lost");
      expect(await store.findJob(row.job_id)).toMatchObject({
        status: "pending",
        retry_count: 0,
        worker_id: null,
      });
    });

    it("is refused, and changes nothing, where the job's state does not allow it", async () => {
      const { store } = under();
      const { row, lease } = await running(store);
      expect(await store.retryJob(row.job_id)).toMatchObject({ kind: "refused", row: { status: "running" } });
      await store.settleJob(lease, { kind: "completed" });
      const before = await store.findJob(row.job_id);
      for (const change of [
        store.retryJob(row.job_id),
        store.cancelJob(row.job_id),
        store.takeBackJob(row.job_id),
      ]) {
        expect(await change).toMatchObject({ kind: "refused", row: { status: "completed" } });
      }
      expect(await store.findJob(row.job_id)).toEqual(before);
      const pending = await store.insertJob(newJob());
      expect(await store.retryJob(pending)).toMatchObject({ kind: "refused", row: { status: "pending" } });
      expect(await store.takeBackJob(pending)).toMatchObject({ kind: "refused" });
    });

    it("says that it does not know a job", async () => {
      const { store } = under();
      for (const change of [store.retryJob(77), store.cancelJob(77), store.takeBackJob(77)]) {
        expect(await change).toEqual({ kind: "unknown" });
      }
    });
  });

  describe("pruning", () => {
    it("removes what has been final for longer, with its messages, and nothing else", async () => {
      const { store, elapse } = under();
      const old = await running(store);
      await store.appendLog({ jobId: old.row.job_id, level: "INFO", message: "old" });
      await store.settleJob(old.lease, { kind: "completed" });
      await elapse(300);
      const fresh = await running(store);
      await store.settleJob(fresh.lease, { kind: "failed", errorMessage: "exit 1" });
      const pending = await store.insertJob(newJob());
      expect(await store.pruneJobs(200)).toBe(1);
      expect(await store.findJob(old.row.job_id)).toBeUndefined();
      expect(await store.listLogs(old.row.job_id, { afterLogId: 0, limit: 10 })).toEqual([]);
      expect((await store.listJobs({ limit: 10 })).map(({ job_id }) => job_id)).toEqual([
        pending,
        fresh.row.job_id,
      ]);
      expect(await store.insertJob(newJob())).toBeGreaterThan(pending);
    });
  });
}
