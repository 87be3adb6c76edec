// A worker of the job queue, for tests that kill it: node job-worker.mjs <redis url> <prefix> <evidence file> <work ms>
// It says in the file which jobs it began, and which ends of its attempts were recorded.
import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { JobExecutor, JobManager, RedisJobStore } from "../packages/job-queue/dist/index.js";

const [url, prefix, evidence, workMs] = process.argv.slice(2);
const say = (what, jobId) => appendFileSync(evidence, `${what} ${jobId} ${process.pid}\n`);

const store = await RedisJobStore.open({ url, prefix });
const executor = new JobExecutor({
  manager: new JobManager({ store, leaseMs: 1_000 }),
  handlers: {
    types: {
      training: async ({ job }) => {
        say("began", job.jobId);
        await pause(Math.random() * 2 * Number(workMs));
      },
    },
  },
  onEvent: (event) => {
    if (event.kind === "ended" && event.recorded) say(event.outcome.kind, event.job.jobId);
  },
});
await executor.runWorker({ pollInterval: 0.5 });
