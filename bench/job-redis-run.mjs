// job-redis-run CONTENDER URL JOBS: as job-store-run, on a Redis server, whose database is emptied first.
import { CONFIG, ratesOf } from "./job-rates.mjs";
import { loadJobQueue, loadOfJobQueue } from "./product.mjs";

const [contender, url, count] = process.argv.slice(2);

const { Redis } = await loadOfJobQueue("ioredis");
const client = new Redis(url);
await client.flushdb();
client.disconnect();

async function spawn() {
  const { JobManager, RedisJobStore } = await loadJobQueue();
  const store = await RedisJobStore.open({ url });
  const manager = new JobManager({ store });
  return {
    submit: () => manager.submitJob({ jobType: "training", config: CONFIG }),
    claim: () => manager.claimJob("worker-01", { needs: ["type:training"] }),
    end: (job) => manager.endAttempt(job, { kind: "completed" }),
    close: () => store.close(),
  };
}

async function bullmq() {
  const { Queue, Worker } = await loadOfJobQueue("bullmq");
  const { hostname: host, port } = new URL(url);
  const connection = { host, port: Number(port), maxRetriesPerRequest: null };
  const bull = new Queue("training", { connection });
  const worker = new Worker("training", null, { connection, autorun: false });
  await worker.waitUntilReady();
  const options = { priority: 6, removeOnComplete: true };
  let claims = 0;
  return {
    submit: () => bull.add("training", CONFIG, options),
    claim: async () => {
      claims += 1;
      const token = `token-${claims}`;
      const job = await worker.getNextJob(token, { block: false });
      return job && { job, token };
    },
    end: ({ job, token }) => job.moveToCompleted(null, token, false),
    close: async () => {
      await worker.close();
      await bull.close();
    },
  };
}

const queue = await { spawn, bullmq }[contender]();
process.stdout.write(JSON.stringify(await ratesOf(queue, Number(count))));
