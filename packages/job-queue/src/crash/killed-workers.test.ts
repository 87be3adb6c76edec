import { seededRandom, systemClock } from "@spawn/foundation";
import { describe, expect, it } from "vitest";
import { JobManager } from "../job-manager.js";
import { pause } from "../pause.js";
import { SqliteJobStore } from "../sqlite/sqlite-job-store.js";
import { useDriver } from "../testing/bundle-driver.js";
import { JobHistory, type StatusChange } from "../testing/job-history.js";
import { useFolder } from "../testing/use-folder.js";
import { useWorkerProcesses, type WorkerProcess } from "../testing/worker-process.js";

const long = process.env.SPAWN_LONG === "1";
const WORKERS = 10;
const JOBS = long ? 10_000 : 1_000;
const KILL_EVERY_MS = long ? 1_000 : 200;
const LEASE_MS = 4_000;

const driver = useDriver("worker-driver");
const folder = useFolder();
const processes = useWorkerProcesses();

async function submitAll(store: SqliteJobStore): Promise<void> {
  const manager = new JobManager({ store });
  const random = seededRandom(1);
  for (let each = 0; each < JOBS; each += 1) {
    const priority = 1 + Math.floor(random.next() * 10);
    await manager.submitJob({ jobType: "work", config: { each }, priority, maxRetries: 0 });
  }
}

/** Resolves once all jobs have completed; rejects when that cannot be any more. */
function allCompleted(store: SqliteJobStore): Promise<void> {
  return new Promise((resolve, reject) => {
    let looking = false;
    const look = async (): Promise<void> => {
      if (looking) return;
      looking = true;
      const { completed, failed } = (await store.countJobs()).byStatus;
      looking = false;
      if (completed === JOBS) stop(resolve);
      else if (failed > 0) stop(() => reject(new Error(`${failed} jobs have failed`)));
    };
    const unwatch = store.watch(() => void look());
    const stop = (then: () => void): void => {
      unwatch();
      then();
    };
    void look();
  });
}

describe(`${WORKERS} worker processes and ${JOBS} jobs on one file`, () => {
  it("complete each job once, in the order of priorities, while workers are killed at random", {
    timeout: long ? 1_200_000 : 120_000,
  }, async () => {
    const store = await SqliteJobStore.open({ path: folder.database });
    await submitAll(store);
    const history = JobHistory.begin(folder.database);

    // Each has a name of its own, so that what it had at its end is not put down to the next.
    let started = 0;
    const startOne = (): WorkerProcess => {
      started += 1;
      const name = `worker-${started}`;
      return processes.start({ driver: driver.path, database: folder.database, name, leaseMs: LEASE_MS });
    };
    const workers = Array.from({ length: WORKERS }, startOne);
    const random = seededRandom(2);
    let kills = 0;
    let cutOff = 0;
    const isOver = new AbortController();
    const killing = (async () => {
      while (!isOver.signal.aborted) {
        await Promise.all(workers.map(({ ready }) => ready));
        await pause(systemClock(), random.next() * 2 * KILL_EVERY_MS, isOver.signal);
        const index = Math.floor(random.next() * WORKERS);
        const killed = workers[index] as WorkerProcess;
        await killed.end("SIGKILL");
        kills += 1;
        cutOff += history.runningBy(killed.name);
        workers[index] = startOne();
      }
    })();
    await allCompleted(store).finally(() => isOver.abort());
    await killing;
    await Promise.all(workers.map(({ ready }) => ready));
    await Promise.all(workers.map((worker) => worker.end("SIGTERM")));

    expect(processes.problems()).toEqual([]);
    const changes = history.changes();
    const completions = changes.filter(({ status }) => status === "completed").map(({ job_id }) => job_id);
    expect(completions).toHaveLength(JOBS);
    expect(new Set(completions).size).toBe(JOBS);

    const starts = new Map<number, StatusChange>();
    for (const change of changes) {
      if (change.status === "running" && !starts.has(change.job_id)) starts.set(change.job_id, change);
    }
    const order = [...starts.values()];
    const wanted = order.toSorted((a, b) => b.priority - a.priority || a.job_id - b.job_id);
    expect(order).toEqual(wanted);

    const lost = changes.filter(({ status }) => status === "pending").length;
    console.log(`${kills} workers killed at ${cutOff} jobs, ${lost} jobs lost and run again`);
    // Who was not killed has lost nothing.
    expect(lost).toBe(cutOff);
    expect(await store.checkIntegrity()).toEqual([]);
    await store.close();
  });
});
