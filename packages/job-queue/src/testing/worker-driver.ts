// node driver.mjs DATABASE WORKER-ID LEASE-MS: runs jobs of the type `work` until TERM. What goes wrong is a line on stdout.
import { JobExecutor } from "../executor/job-executor.js";
import { JobManager } from "../job-manager.js";
import { SqliteJobStore } from "../sqlite/sqlite-job-store.js";

const [path = "", workerId = "", leaseMs = ""] = process.argv.slice(2);

const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());

const store = await SqliteJobStore.open({ path });
const executor = new JobExecutor({
  manager: new JobManager({ store, leaseMs: Number(leaseMs) }),
  workerId,
  handlers: {
    types: {
      work: async ({ job, log }) => {
        await log("INFO", `job ${job.jobId} in process ${process.pid}`);
      },
    },
  },
  onEvent: (event) => {
    if (event.kind === "store-failed") console.log(`store failed: ${event.error}`);
    if (event.kind === "ended" && event.outcome.kind !== "completed") console.log(JSON.stringify(event));
  },
});
console.log("ready");
await executor.runWorker({ pollInterval: 0.5, signal: stop.signal });
await store.close();
