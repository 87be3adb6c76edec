// job-store-run CONTENDER FILE JOBS SYNCHRONOUS: takes JOBS jobs through a queue in a new SQLite file, and prints what
// `ratesOf` finds as one JSON value.
import { CONFIG, ratesOf } from "./job-rates.mjs";
import { loadJobQueue, loadOfJobQueue } from "./product.mjs";

const [contender, path, count, synchronous] = process.argv.slice(2);
const { default: BetterSqlite } = await loadOfJobQueue("better-sqlite3");

/** The queue, through what a program of its user calls. */
async function spawn() {
  const { JobManager, SqliteJobStore } = await loadJobQueue();
  const store = await SqliteJobStore.open({ path, synchronous });
  const manager = new JobManager({ store });
  return {
    submit: () => manager.submitJob({ jobType: "training", config: CONFIG }),
    claim: () => manager.claimJob("worker-01", { needs: ["type:training"] }),
    end: (job) => manager.endAttempt(job, { kind: "completed" }),
    close: () => store.close(),
  };
}

/** The statements that the queue makes, in the same transactions on the same tables, with nothing around them. */
async function raw() {
  const { SqliteJobStore } = await loadJobQueue();
  await (await SqliteJobStore.open({ path })).close();
  const database = new BetterSqlite(path);
  database.pragma(`synchronous = ${synchronous}`);
  const insert = database.prepare(
    `INSERT INTO jobs (job_type, status, priority, config, created_at, max_retries, needs)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const expired = database.prepare(
    "SELECT * FROM jobs INDEXED BY jobs_running WHERE status = 'running' AND lease_expires_ms <= ?",
  );
  const firstWaiting = database.prepare(
    `SELECT not_before FROM jobs INDEXED BY jobs_waiting
     WHERE status = 'pending' AND not_before IS NOT NULL ORDER BY not_before LIMIT 1`,
  );
  const first = database.prepare(
    `SELECT job_id, priority FROM jobs INDEXED BY jobs_ready
     WHERE status = 'pending' AND not_before IS NULL AND needs = ? ORDER BY priority DESC, job_id LIMIT 1`,
  );
  const take = database.prepare(
    `UPDATE jobs SET status = 'running', started_at = ?, worker_id = ?, error_message = NULL,
       lease_token = ?, lease_epoch = ?, lease_expires_ms = ?
     WHERE job_id = ? RETURNING *`,
  );
  const end = database.prepare(
    `UPDATE jobs SET status = ?, completed_at = ?, error_message = ?, cancel_requested = 0, losses = 0,
       lease_token = NULL, lease_epoch = NULL, lease_expires_ms = NULL
     WHERE job_id = ? AND lease_token = ?`,
  );
  const now = new Date().toISOString();
  const config = JSON.stringify(CONFIG);
  const token = "0123456789abcdef0123456789abcdef";
  const claim = database.transaction(() => {
    expired.all(0);
    firstWaiting.get();
    const { job_id: jobId } = first.get("type:training");
    return take.get(now, "worker-01", token, "epoch", Number.MAX_SAFE_INTEGER, jobId);
  });
  return {
    submit: () => insert.run("training", "pending", 5, config, now, 3, "type:training"),
    claim: () => claim.immediate(),
    end: (job) => end.run("completed", now, null, job.job_id, token),
    close: () => database.close(),
  };
}

async function plainjobs() {
  const { defineQueue } = (await import("plainjobs")).default;
  const connection = new BetterSqlite(path);
  const quiet = { debug() {}, info() {}, warn() {}, error: console.error };
  const plain = defineQueue({ connection, logger: quiet });
  connection.pragma(`synchronous = ${synchronous}`);
  return {
    submit: () => plain.add("training", CONFIG),
    claim: () => plain.getAndMarkJobAsProcessing("training"),
    end: (job) => plain.markJobAsDone(job.id),
    close: () => plain.close(),
  };
}

const queue = await { spawn, raw, plainjobs }[contender]();
process.stdout.write(JSON.stringify(await ratesOf(queue, Number(count))));
