import { describe, expect, it } from "vitest";
import { JobManager } from "../job-manager.js";
import { useDriver } from "../testing/bundle-driver.js";
import { JobHistory } from "../testing/job-history.js";
import { useFolder } from "../testing/use-folder.js";
import { useWorkerProcesses } from "../testing/worker-process.js";
import { SqliteJobStore } from "./sqlite-job-store.js";

const WORKERS = 4;
const LONG_JOBS = 4;
const LEASE_MS = 3_000;
const LONG_MS = 2 * LEASE_MS;
const BACKLOG = 100;

const driver = useDriver("worker-driver");
const folder = useFolder();
const processes = useWorkerProcesses();

describe("leases in a file that others write to without a pause", () => {
  it("are lost by nobody who is alive, also beside jobs that come and go", async () => {
    const store = await SqliteJobStore.open({ path: folder.database });
    const manager = new JobManager({ store });
    const history = JobHistory.begin(folder.database);
    for (let each = 0; each < LONG_JOBS; each += 1) {
      await manager.submitJob({ jobType: "long", config: { ms: LONG_MS }, priority: 10, maxRetries: 0 });
    }
    const workers = Array.from({ length: WORKERS }, (_, index) =>
      processes.start({
        driver: driver.path,
        database: folder.database,
        name: `worker-${index}`,
        leaseMs: LEASE_MS,
        maxConcurrent: 3,
      }),
    );

    let made = 0;
    const isDone = async (): Promise<boolean> => {
      const { length } = await manager.listJobs({ jobType: "long", status: "completed" });
      return length === LONG_JOBS;
    };
    while (!(await isDone())) {
      const { pending } = await manager.stats();
      for (let missing = Math.max(1, BACKLOG - pending); missing > 0; missing -= 1) {
        await manager.submitJob({ jobType: "work", config: {}, maxRetries: 0 });
        made += 1;
      }
    }
    await Promise.all(workers.map((worker) => worker.end("SIGTERM")));
    await store.close();

    expect(processes.problems()).toEqual([]);
    const changes = history.changes();
    const of = (wanted: string): number => changes.filter(({ status }) => status === wanted).length;
    console.log(
      `${LONG_JOBS} jobs of ${LONG_MS} ms beside ${made}: ${of("completed")} ends, ${of("pending")} lost`,
    );
    expect(of("pending")).toBe(0);
    expect(made).toBeGreaterThan(BACKLOG);
  });
});
