import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { JobManager } from "./job-manager.js";
import { type SqliteUnderTest, sqliteUnderTest } from "./testing/sqlite-under-test.js";

let under: SqliteUnderTest;
let manager: JobManager;
beforeEach(async () => {
  under = await sqliteUnderTest();
  manager = new JobManager({ store: under.store });
});
afterEach(() => under.close());

const training = { jobType: "training", config: { epochs: 10 } };

async function claimed(): Promise<number> {
  const job = await manager.claimJob("worker-01");
  if (job === undefined) throw new Error("there is nothing to claim");
  return job.jobId;
}

describe("JobManager", () => {
  it("takes a job from its submission to its end", async () => {
    const jobId = await manager.submitJob({ ...training, priority: 7 });
    expect(await manager.getJob(jobId)).toMatchObject({
      status: "pending",
      priority: 7,
      config: { epochs: 10 },
    });
    expect((await manager.listJobs({ status: "pending" })).map((job) => job.jobId)).toEqual([jobId]);
    expect(await claimed()).toBe(jobId);
    await manager.logJobMessage(jobId, "INFO", "Epoch 1/10 - loss: 0.45");
    await manager.updateJobStatus(jobId, "completed");
    expect(await manager.getJob(jobId)).toMatchObject({ status: "completed", workerId: "worker-01" });
    expect(await manager.getJobLogs(jobId)).toMatchObject([{ message: "Epoch 1/10 - loss: 0.45" }]);
    expect(await manager.claimJob("worker-01")).toBeUndefined();
  });

  it("fails and retries by hand, as a worker's own loop does", async () => {
    const jobId = await manager.submitJob({ ...training, maxRetries: 1 });
    for (const retryCount of [0, 1]) {
      const job = await manager.claimJob("worker-01");
      expect(job).toMatchObject({ jobId, retryCount });
      await manager.updateJobStatus(jobId, "failed", { errorMessage: "out of memory" });
      expect(await manager.getJob(jobId)).toMatchObject({ status: "failed", errorMessage: "out of memory" });
      if (job!.retryCount < job!.maxRetries)
        expect(await manager.retryJob(jobId)).toMatchObject({ status: "pending" });
    }
  });

  it("lets retries wait twice as long each time, at most an hour", async () => {
    const jobId = await manager.submitJob({ ...training, maxRetries: 8 });
    const waits: number[] = [];
    for (let each = 0; each < 8; each += 1) {
      const job = await manager.claimJob("worker-01");
      await manager.endAttempt(job!, { kind: "failed", errorMessage: "exit 1" });
      const pending = await manager.getJob(jobId);
      if (pending.status !== "pending") throw new Error(`it is ${pending.status}`);
      const wait = Date.parse(pending.notBefore!) - under.clock.wallMs();
      waits.push(wait / 60_000);
      under.clock.advance(wait);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it("keeps its claim as long as it lives", async () => {
    await manager.submitJob(training);
    const jobId = await claimed();
    await under.elapse(120_000);
    await manager.updateJobStatus(jobId, "completed");
    expect(await manager.getJob(jobId)).toMatchObject({ status: "completed" });
  });

  it("aborts the job's signal when it is to be cancelled, and when it is lost", async () => {
    await manager.submitJob(training);
    const job = await manager.claimJob("worker-01");
    const somebody = new JobManager({ store: under.store });
    await somebody.cancelJob(job!.jobId);
    await under.elapse(1_100);
    expect(job!.signal.reason).toEqual({ kind: "cancel-requested" });

    await manager.submitJob(training);
    const lost = await manager.claimJob("worker-01");
    await somebody.updateJobStatus(lost!.jobId, "pending");
    await under.elapse(1_100);
    expect(lost!.signal.reason).toEqual({ kind: "lease-lost" });
  });

  it("says when a job was taken from it, and does not write it", async () => {
    await manager.submitJob(training);
    const jobId = await claimed();
    await new JobManager({ store: under.store }).updateJobStatus(jobId, "pending");
    expect(await manager.logJobMessage(jobId, "INFO", "still here")).toBeUndefined();
    await expect(manager.updateJobStatus(jobId, "completed")).rejects.toMatchObject({ code: "lease-lost" });
    expect(await manager.getJob(jobId)).toMatchObject({ status: "pending" });
  });

  it("tells an older claim of its own from a newer one", async () => {
    await manager.submitJob(training);
    const first = await manager.claimJob("worker-01");
    await under.store.takeBackJob(first!.jobId);
    const second = await manager.claimJob("worker-01");
    expect(await manager.endAttempt(first!, { kind: "failed", errorMessage: "late" })).toBe(false);
    expect(await manager.endAttempt(second!, { kind: "completed" })).toBe(true);
    expect(await manager.getJob(second!.jobId)).toMatchObject({ status: "completed" });
  });

  it("counts, and names what nobody handles", async () => {
    await manager.submitJob(training);
    await manager.submitJob({ ...training, config: { command: "true" } });
    await under.store.reportWorker({ worker_id: "worker-01", needs: ["command"] }, 60_000);
    expect(await manager.stats()).toEqual({
      pending: 2,
      running: 0,
      completed: 0,
      failed: 0,
      cancelled: 0,
      total: 2,
      unhandled: [{ needs: "type:training", jobs: 1 }],
    });
    await under.store.reportWorker({ worker_id: "worker-02", needs: null }, 60_000);
    expect(await manager.stats()).toMatchObject({ unhandled: [] });
  });

  it("refuses what a job's state does not allow, and says which it is", async () => {
    const jobId = await manager.submitJob(training);
    await claimed();
    await expect(manager.retryJob(jobId)).rejects.toMatchObject({
      code: "wrong-job-state",
      message: expect.stringContaining("running"),
    });
    const somebody = new JobManager({ store: under.store });
    await expect(somebody.updateJobStatus(jobId, "completed")).rejects.toMatchObject({
      code: "wrong-job-state",
    });
    await manager.updateJobStatus(jobId, "completed");
    await expect(manager.cancelJob(jobId)).rejects.toMatchObject({ code: "wrong-job-state" });
    await expect(manager.updateJobStatus(jobId, "pending")).rejects.toMatchObject({
      code: "wrong-job-state",
    });
  });

  it.each([77, 0, -1, 1.5, Number.NaN])("does not know job %d", async (jobId) => {
    for (const call of [
      manager.getJob(jobId),
      manager.retryJob(jobId),
      manager.cancelJob(jobId),
      manager.getJobLogs(jobId),
      manager.logJobMessage(jobId, "INFO", "nobody's"),
      manager.updateJobStatus(jobId, "pending"),
      manager.updateJobStatus(jobId, "completed"),
    ]) {
      await expect(call).rejects.toMatchObject({ code: "job-not-found" });
    }
  });

  it("refuses a message that is too large, and shortens an error that is too long", async () => {
    const jobId = await manager.submitJob(training);
    await expect(manager.logJobMessage(jobId, "INFO", "x".repeat(2 ** 20 + 1))).rejects.toMatchObject({
      code: "bad-arguments",
    });
    await claimed();
    await manager.updateJobStatus(jobId, "failed", { errorMessage: "x".repeat(100_000) });
    const job = await manager.getJob(jobId);
    expect(job.status === "failed" && job.errorMessage.length).toBe(16_385);
  });
});
