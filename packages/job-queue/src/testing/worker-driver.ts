// node driver.mjs DATABASE WORKER-ID LEASE-MS MAX-CONCURRENT: runs jobs of the types `work` (over at once) and `long` (for
// `ms` of its config) until TERM. What goes wrong is a line on stdout.
import { systemClock } from "@spawn/foundation";
import { JobExecutor } from "../executor/job-executor.js";
import { JobManager } from "../job-manager.js";
import { pause } from "../pause.js";
import { SqliteJobStore } from "../sqlite/sqlite-job-store.js";

const [path = "", workerId = "", leaseMs = "", maxConcurrent = ""] = process.argv.slice(2);

const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());

const store = await SqliteJobStore.open({ path });
const executor = new JobExecutor({
  manager: new JobManager({ store, leaseMs: Number(leaseMs) }),
  workerId,
  maxConcurrent: Number(maxConcurrent),
  handlers: {
    types: {
      work: async ({ job, log }) => {
        await log("INFO", `job ${job.jobId} in process ${process.pid}`);
      },
      long: async ({ job, signal }) => {
        await pause(systemClock(), (job.config as { ms: number }).ms, signal);
        if (signal.aborted) throw new Error(`job ${job.jobId} was told to stop`);
      },
    },
  },
  onEvent: (event) => {
    if (event.kind === "store-failed") console.log(`store failed: ${event.error}`);
    if (event.kind === "ended" && event.outcome.kind !== "completed") console.log(JSON.stringify(event));
    if (event.kind === "ended" && !event.recorded) console.log(`job ${event.job.jobId} was lost`);
  },
});
console.log("ready");
await executor.runWorker({ pollInterval: 0.5, signal: stop.signal });
await store.close();
