// job-latency-run CONTENDER PLACE JOBS: submits JOBS jobs, now and then, while a worker in another process waits for them, and
// prints the milliseconds from each submit to its start, as one JSON value. PLACE is a new file or the URL of a Redis server.
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { loadJobQueue, loadOfJobQueue } from "./product.mjs";

const [contender, place, count, side] = process.argv.slice(2);

/** The same for all processes of a machine. */
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

async function openSpawn() {
  const { RedisJobStore, SqliteJobStore } = await loadJobQueue();
  return contender === "spawn-redis"
    ? RedisJobStore.open({ url: place })
    : SqliteJobStore.open({ path: place });
}

const connection = () => ({ host: new URL(place).hostname, port: Number(new URL(place).port) });

async function openPlainjobs() {
  const { defineQueue } = (await import("plainjobs")).default;
  const { default: BetterSqlite } = await loadOfJobQueue("better-sqlite3");
  const logger = { debug() {}, info() {}, warn() {}, error: console.error };
  const database = new BetterSqlite(place);
  return { queue: defineQueue({ connection: database, logger }), logger };
}

/** How each submits a job with `sentAt`, and how its worker hands the jobs to `onStart`. */
const CONTENDERS = {
  spawn: {
    async submitter() {
      const { JobManager } = await loadJobQueue();
      const manager = new JobManager({ store: await openSpawn() });
      return (sentAt) => manager.submitJob({ jobType: "probe", config: { sentAt } });
    },
    async work(onStart) {
      const { JobExecutor, JobManager } = await loadJobQueue();
      const manager = new JobManager({ store: await openSpawn() });
      const types = { probe: async ({ job }) => void onStart(job.config.sentAt) };
      new JobExecutor({ manager, handlers: { types } }).runWorker();
    },
  },
  bullmq: {
    async submitter() {
      const { Queue } = await loadOfJobQueue("bullmq");
      const queue = new Queue("probe", { connection: connection() });
      return (sentAt) => queue.add("probe", { sentAt });
    },
    async work(onStart) {
      const { Worker } = await loadOfJobQueue("bullmq");
      const options = { connection: { ...connection(), maxRetriesPerRequest: null } };
      await new Worker("probe", async (job) => onStart(job.data.sentAt), options).waitUntilReady();
    },
  },
  plainjobs: {
    async submitter() {
      const { queue } = await openPlainjobs();
      return (sentAt) => queue.add("probe", { sentAt });
    },
    async work(onStart) {
      const { defineWorker } = (await import("plainjobs")).default;
      const onJob = async (job) => onStart(JSON.parse(job.data).sentAt);
      defineWorker("probe", onJob, await openPlainjobs()).start();
    },
  },
};
const { submitter, work } = CONTENDERS[contender.startsWith("spawn") ? "spawn" : contender];

async function measure() {
  const worker = fork(import.meta.filename, [contender, place, count, "worker"]);
  await once(worker, "message");
  const submit = await submitter();
  const millis = [];
  for (let each = 0; each < Number(count); each += 1) {
    // Until the worker is idle again; by chance, so that no timer's beat is met.
    await pause(20 + Math.random() * 80);
    const started = once(worker, "message");
    await submit(nowMs());
    millis.push((await started)[0]);
  }
  worker.kill("SIGKILL");
  millis.sort((a, b) => a - b);
  const at = (part) => millis[Math.floor(part * (millis.length - 1))];
  process.stdout.write(JSON.stringify({ median: at(0.5), p99: at(0.99) }), () => process.exit());
}

if (side === "worker") {
  await work((sentAt) => process.send(nowMs() - sentAt));
  process.send("up");
} else {
  await measure();
}
