import { describe, expect, it } from "vitest";
import { newJob } from "./contract-helpers.js";
import type { StoreUnderTest } from "./store-under-test.js";

/** Messages of jobs, and being told of changes. */
export function logContract(under: () => StoreUnderTest): void {
  describe("messages", () => {
    it("are kept in their order, and read on from any of them", async () => {
      const { store } = under();
      const jobId = await store.insertJob(newJob());
      const other = await store.insertJob(newJob());
      const first = await store.appendLog({ jobId, level: "INFO", message: "Starting training" });
      await store.appendLog({ jobId: other, level: "ERROR", message: "another job's" });
      const second = await store.appendLog({
        jobId,
        level: "WARNING",
        message: "GPU memory at 85% \u{1f525}\n",
      });
      const rows = [
        {
          log_id: first,
          job_id: jobId,
          timestamp: expect.any(String),
          level: "INFO",
          message: "Starting training",
        },
        {
          log_id: second,
          job_id: jobId,
          timestamp: expect.any(String),
          level: "WARNING",
          message: "GPU memory at 85% \u{1f525}\n",
        },
      ];
      expect(await store.listLogs(jobId, { afterLogId: 0, limit: 10 })).toEqual(rows);
      expect(await store.listLogs(jobId, { afterLogId: 0, limit: 1 })).toEqual(rows.slice(0, 1));
      expect(await store.listLogs(jobId, { afterLogId: first!, limit: 10 })).toEqual(rows.slice(1));
    });

    it("cannot be added to a job that there is not", async () => {
      const { store } = under();
      expect(await store.appendLog({ jobId: 77, level: "INFO", message: "nobody's" })).toBeUndefined();
      expect(await store.listLogs(77, { afterLogId: 0, limit: 10 })).toEqual([]);
    });
  });

  describe("watching", () => {
    it("tells of what others and oneself put in", async () => {
      const { store, openAnother } = under();
      const other = await openAnother();
      for (const writer of [other, store]) {
        const told = new Promise<void>((resolve) => {
          const stop = store.watch(() => {
            stop();
            resolve();
          });
        });
        await writer.insertJob(newJob());
        await told;
      }
    });
  });
}
