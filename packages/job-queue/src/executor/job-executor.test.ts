import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { JobManager } from "../job-manager.js";
import { SqliteJobStore } from "../sqlite/sqlite-job-store.js";
import { useFolder } from "../testing/use-folder.js";
import { JobExecutor, type JobExecutorOptions } from "./job-executor.js";
import type { JobHandler } from "./job-handlers.js";
import type { WorkerEvent } from "./worker-event.js";

const folder = useFolder();
let store: SqliteJobStore;
let manager: JobManager;
beforeEach(async () => {
  store = await SqliteJobStore.open({ path: folder.database, synchronous: "normal" });
  manager = new JobManager({ store, retryDelay: { baseMs: 20, maxMs: 100 } });
});
afterEach(async () => {
  await store.close();
});

const job = { jobType: "training", config: { epochs: 10 } };

function worker(training: JobHandler, options: Partial<JobExecutorOptions> = {}): JobExecutor {
  return new JobExecutor({ manager, handlers: { types: { training } }, workerId: "worker-01", ...options });
}

/** Resolves when the signal is aborted, which is all this handler waits for. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** A promise that somebody else resolves. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("a worker", () => {
  it("runs what is there, in its order, and ends after so many", async () => {
    const ids: number[] = [];
    for (const priority of [1, 9, 5]) ids.push(await manager.submitJob({ ...job, priority }));
    const ran: number[] = [];
    const report = await worker(async ({ job: { jobId }, log }) => {
      ran.push(jobId);
      log("INFO", `running ${jobId}`);
    }).runWorker({ maxJobs: 3 });
    expect(ran).toEqual([ids[1], ids[2], ids[0]]);
    expect(report).toEqual({ completed: 3, failed: 0, cancelled: 0, released: 0, lost: 0 });
    expect(await manager.getJob(ids[0]!)).toMatchObject({ status: "completed", workerId: "worker-01" });
    expect(await manager.getJobLogs(ids[0]!)).toMatchObject([
      { level: "INFO", message: `running ${ids[0]}` },
    ]);
  });

  it("is told of a job that comes while it waits, without polling", async () => {
    const started = gate();
    const run = worker(async () => started.open()).runWorker({ maxJobs: 1, pollInterval: 3_600 });
    await manager.submitJob(job);
    await started.opened;
    expect(await run).toMatchObject({ completed: 1 });
  });

  it("tries a job again after its wait, without polling, and fails it when its retries are used up", async () => {
    const jobId = await manager.submitJob({ ...job, maxRetries: 2 });
    let attempts = 0;
    const report = await worker(async () => {
      attempts += 1;
      throw new Error(`attempt ${attempts}`);
    }).runWorker({ maxJobs: 3, pollInterval: 3_600 });
    expect(report).toMatchObject({ failed: 3 });
    expect(await manager.getJob(jobId)).toMatchObject({
      status: "failed",
      errorMessage: "attempt 3",
      retryCount: 2,
    });
  });

  it("does not try again what a handler calls final", async () => {
    const jobId = await manager.submitJob(job);
    await worker(async () => ({ kind: "failed", errorMessage: "bad config", retry: false })).runWorker({
      maxJobs: 1,
    });
    expect(await manager.getJob(jobId)).toMatchObject({
      status: "failed",
      errorMessage: "bad config",
      retryCount: 0,
    });
  });

  it("fails a job, and goes on, when a handler returns what is no outcome", async () => {
    const jobId = await manager.submitJob(job);
    await manager.submitJob(job);
    const returned: unknown[] = [{ kind: "done" }, undefined];
    const handler = (async () => returned.shift()) as JobHandler;
    expect(await worker(handler).runWorker({ maxJobs: 2 })).toMatchObject({ failed: 1, completed: 1 });
    expect(await manager.getJob(jobId)).toMatchObject({
      status: "failed",
      errorMessage: "the handler returned { kind: 'done' }, which is no outcome",
    });
  });

  it("runs several at once, and no more than it may", async () => {
    for (let each = 0; each < 5; each += 1) await manager.submitJob(job);
    const two = gate();
    let now = 0;
    let most = 0;
    await worker(
      async () => {
        now += 1;
        most = Math.max(most, now);
        if (now === 2) two.open();
        await two.opened;
        now -= 1;
      },
      { maxConcurrent: 2 },
    ).runWorker({ maxJobs: 5 });
    expect(most).toBe(2);
  });

  it("leaves alone what it has no handler for, and the stats name it", async () => {
    const other = await manager.submitJob({ jobType: "export", config: {} });
    const command = await manager.submitJob({ jobType: "training", config: { command: "true" } });
    await manager.submitJob(job);
    const started = gate();
    const stop = new AbortController();
    const run = worker(async ({ signal }) => {
      started.open();
      await aborted(signal);
    }).runWorker({ signal: stop.signal, graceMs: 0 });
    await started.opened;
    expect((await manager.stats()).unhandled).toEqual([
      { needs: "command", jobs: 1 },
      { needs: "type:export", jobs: 1 },
    ]);
    stop.abort();
    await run;
    for (const id of [other, command]) expect(await manager.getJob(id)).toMatchObject({ status: "pending" });
    expect((await manager.stats()).unhandled.map(({ needs }) => needs)).toContain("type:export");
  });

  it("tells a running job that it is cancelled", async () => {
    const jobId = await manager.submitJob(job);
    const started = gate();
    const run = worker(async ({ signal }) => {
      started.open();
      await aborted(signal);
      expect(signal.reason).toEqual({ kind: "cancel-requested" });
      throw new Error("stopped in epoch 3");
    }).runWorker({ maxJobs: 1 });
    await started.opened;
    expect(await manager.cancelJob(jobId)).toMatchObject({ status: "running", cancelRequested: true });
    expect(await run).toMatchObject({ cancelled: 1 });
    expect(await manager.getJob(jobId)).toMatchObject({
      status: "cancelled",
      errorMessage: "stopped in epoch 3",
    });
  });

  it("stops gracefully: what runs may finish", async () => {
    const jobId = await manager.submitJob(job);
    await manager.submitJob(job);
    const started = gate();
    const finish = gate();
    const stop = new AbortController();
    const run = worker(async () => {
      started.open();
      await finish.opened;
    }).runWorker({ signal: stop.signal });
    await started.opened;
    stop.abort();
    finish.open();
    expect(await run).toMatchObject({ completed: 1 });
    expect(await manager.getJob(jobId)).toMatchObject({ status: "completed" });
    expect(await manager.stats()).toMatchObject({ pending: 1 });
  });

  it("hands back what does not finish within its grace, and what does not even listen", async () => {
    const ids = [await manager.submitJob(job), await manager.submitJob(job)];
    const bothStarted = gate();
    let started = 0;
    const stop = new AbortController();
    const run = worker(
      async ({ job: { jobId }, signal }) => {
        started += 1;
        if (started === 2) bothStarted.open();
        if (jobId === ids[0]) await aborted(signal);
        else await new Promise(() => {});
      },
      { maxConcurrent: 2 },
    ).runWorker({ signal: stop.signal, graceMs: 10, handBackMs: 10 });
    await bothStarted.opened;
    stop.abort();
    expect(await run).toMatchObject({ released: 1, completed: 1 });
    expect(await manager.stats()).toMatchObject({ pending: 1, completed: 1, running: 0 });
  });

  it("keeps its claim while a handler keeps the thread busy", async () => {
    const short = new JobManager({ store, leaseMs: 600 });
    const jobId = await manager.submitJob(job);
    const report = await worker(
      async () => {
        const end = performance.now() + 2_000;
        while (performance.now() < end);
      },
      { manager: short },
    ).runWorker({ maxJobs: 1 });
    expect(report).toMatchObject({ completed: 1, lost: 0 });
    expect(await manager.getJob(jobId)).toMatchObject({ status: "completed" });
    expect(await manager.getJobLogs(jobId)).toEqual([]);
  });

  it("records nothing for a job that was taken from it", async () => {
    const jobId = await manager.submitJob(job);
    const started = gate();
    const events: WorkerEvent[] = [];
    const run = worker(
      async ({ signal }) => {
        started.open();
        await aborted(signal);
        expect(signal.reason).toEqual({ kind: "lease-lost" });
      },
      { onEvent: (event) => events.push(event) },
    ).runWorker({ maxJobs: 1 });
    await started.opened;
    const somebody = new JobManager({ store });
    await expect(somebody.updateJobStatus(jobId, "completed")).rejects.toMatchObject({
      code: "wrong-job-state",
    });
    await somebody.updateJobStatus(jobId, "pending");
    expect(await run).toMatchObject({ lost: 1 });
    expect(events.at(-1)).toMatchObject({ kind: "ended", recorded: false });
    expect(await manager.getJob(jobId)).toMatchObject({ status: "pending" });
  });

  it.each([
    [{ maxConcurrent: 0 }, {}],
    [{ workerId: "" }, {}],
    [{ handlers: {} }, {}],
    [{}, { maxJobs: 0 }],
    [{}, { pollInterval: 0 }],
  ])("refuses %j %j", async (options, run) => {
    await expect(async () => worker(async () => {}, options).runWorker(run)).rejects.toMatchObject({
      code: "bad-arguments",
    });
  });
});
