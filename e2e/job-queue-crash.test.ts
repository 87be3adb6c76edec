import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RedisJobStore } from "../packages/job-queue/src/index.js";
import { lookIntoRedis } from "../packages/job-queue/src/testing/redis-invariants.js";
import {
  type RedisServerUnderTest,
  redisIsMissing,
  startRedis,
} from "../packages/job-queue/src/testing/redis-server.js";
import { seededNumbers } from "./seeded-numbers.js";

const LONG = process.env.SPAWN_LONG === "1";
const JOBS = LONG ? 10_000 : 500;
const WORKERS = LONG ? 10 : 4;
/** A worker is killed within some milliseconds after it has begun so many jobs, on average: by what it did, not by the clock. */
const JOBS_OF_A_LIFE = LONG ? 100 : 40;
const LOOK_EVERY_MS = 20;
const WORK_MS = 20;
const PREFIX = "crash";
const SEED = Number(process.env.SPAWN_SEED ?? 20_260_128);

const program = fileURLToPath(new URL("./job-worker.mjs", import.meta.url));

/** Worker processes, and what they have said. */
class Workers {
  readonly #folder = mkdtempSync(join(tmpdir(), "spawn-job-crash-"));
  readonly #evidence = join(this.#folder, "evidence");
  /** After how many jobs each is to be killed. */
  readonly #lives = new Map<ChildProcess, number>();
  readonly #url: string;
  #failure: Error | undefined;

  constructor(url: string) {
    this.#url = url;
    writeFileSync(this.#evidence, "");
  }

  start(jobs: number): void {
    const args = [program, this.#url, PREFIX, this.#evidence, String(WORK_MS)];
    const worker = spawn(process.execPath, args, { stdio: "inherit" });
    this.#lives.set(worker, jobs);
    worker.once("exit", (code) => {
      if (this.#lives.has(worker)) this.#failure = new Error(`a worker ended by itself (exit code ${code})`);
    });
  }

  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** `<what> <job id> <pid>` */
  said(): readonly (readonly [string, string, number])[] {
    const lines = readFileSync(this.#evidence, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => line.split(" ")).map(([what, id, pid]) => [what!, id!, Number(pid)]);
  }

  /** Those that have begun as many jobs as they were to live for. */
  due(): readonly ChildProcess[] {
    const said = this.said();
    const begunBy = (worker: ChildProcess): number =>
      said.filter(([what, , pid]) => what === "began" && pid === worker.pid).length;
    return [...this.#lives].flatMap(([worker, jobs]) => (begunBy(worker) >= jobs ? [worker] : []));
  }

  async kill(worker: ChildProcess): Promise<void> {
    this.check();
    this.#lives.delete(worker);
    const exit = once(worker, "exit");
    worker.kill("SIGKILL");
    await exit;
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.#lives.keys()].map((worker) => this.kill(worker)));
  }

  dispose(): void {
    for (const worker of this.#lives.keys()) worker.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true });
  }
}

async function submitJobs(store: RedisJobStore): Promise<void> {
  for (let made = 0; made < JOBS; made += 1) {
    const priority = 1 + (made % 10);
    const job = { job_type: "training", config: "{}", priority, max_retries: 0, needs: "type:training" };
    await store.insertJob(job);
  }
}

/** @returns how many were killed until all jobs had completed. */
async function killUntilDone(store: RedisJobStore, workers: Workers): Promise<number> {
  const next = seededNumbers(SEED);
  const startOne = (): void => workers.start(Math.ceil(next() * 2 * JOBS_OF_A_LIFE));
  for (let started = 0; started < WORKERS; started += 1) startOne();
  for (let kills = 0; ; ) {
    await wait(next() * 2 * LOOK_EVERY_MS);
    workers.check();
    // A job that takes three workers in a row with it is given up: here by chance, so it gets another one.
    for (const { job_id } of await store.listJobs({ status: "failed", limit: JOBS }))
      await store.retryJob(job_id);
    if ((await store.countJobs()).byStatus.completed === JOBS) return kills;
    for (const worker of workers.due()) {
      await workers.kill(worker);
      startOne();
      kills += 1;
    }
  }
}

describe.skipIf(redisIsMissing())("the job queue on Redis, its workers killed at random", () => {
  let server: RedisServerUnderTest;
  let store: RedisJobStore;
  let workers: Workers;
  beforeEach(async () => {
    server = await startRedis();
    store = await RedisJobStore.open({ url: server.url, prefix: PREFIX });
    workers = new Workers(server.url);
  });
  afterEach(async () => {
    workers.dispose();
    await store.close();
    await server.stop();
  });

  it("loses no job, records no end twice, and leaves none behind", {
    timeout: LONG ? 3_600_000 : 240_000,
  }, async () => {
    await submitJobs(store);
    const kills = await killUntilDone(store, workers);
    await workers.killAll();

    const said = workers.said();
    const began = said.flatMap(([what, id]) => (what === "began" ? [id] : []));
    const completed = said.flatMap(([what, id]) => (what === "completed" ? [id] : []));
    console.log(
      `${JOBS} jobs, ${kills} workers killed: ${began.length} attempts, ${completed.length} ends that workers saw recorded`,
    );
    expect(kills).toBeGreaterThan(0);
    expect(new Set(began).size).toBe(JOBS);
    expect(new Set(completed).size).toBe(completed.length);
    // Whoever was killed between the recording and saying so said nothing.
    expect(completed.length).toBeGreaterThanOrEqual(JOBS - kills - WORKERS);
    const { byStatus } = await store.countJobs();
    expect(byStatus).toEqual({ completed: JOBS, pending: 0, running: 0, failed: 0, cancelled: 0 });

    // What was being done about tickets when their workers were killed is done by a claim, once the locks have run out.
    const claim = () => store.claimJob({ workerId: "last", leaseMs: 1_000 });
    await expect.poll(claim, { timeout: 30_000, interval: 250 }).toEqual({ kind: "nothing" });
    expect(await lookIntoRedis(server.url, PREFIX)).toEqual({ disorder: [], tickets: [] });
  });
});
