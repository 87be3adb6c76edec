// job-claim-run FILE PENDING CLAIMS: how long a claim and an end take, in microseconds each, in a queue with PENDING jobs, of
// all priorities. Prints one JSON value.
import { CONFIG } from "./job-rates.mjs";
import { loadJobQueue, loadOfJobQueue } from "./product.mjs";

const [path, pending, claims] = process.argv.slice(2);
const { JobManager, SqliteJobStore } = await loadJobQueue();
const { default: BetterSqlite } = await loadOfJobQueue("better-sqlite3");
const store = await SqliteJobStore.open({ path, synchronous: "normal" });

// As they would be submitted, without the time that a million submits take.
const database = new BetterSqlite(path);
database
  .prepare(
    `WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < ?)
     INSERT INTO jobs (job_type, status, priority, config, created_at, max_retries, needs)
     SELECT 'training', 'pending', 1 + n % 10, ?, ?, 3, 'type:training' FROM each`,
  )
  .run(Number(pending), JSON.stringify(CONFIG), new Date().toISOString());
database.close();

const manager = new JobManager({ store });
const micros = [];
for (let each = 0; each < Number(claims); each += 1) {
  const begin = performance.now();
  const job = await manager.claimJob("worker-01", { needs: ["type:training"] });
  micros.push((performance.now() - begin) * 1000);
  await manager.endAttempt(job, { kind: "completed" });
}
await store.close();
micros.sort((a, b) => a - b);
const at = (part) => micros[Math.floor(part * (micros.length - 1))];
process.stdout.write(JSON.stringify({ median: at(0.5), p99: at(0.99) }));
