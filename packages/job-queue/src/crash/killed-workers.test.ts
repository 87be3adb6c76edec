import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, systemClock } from "@spawn/foundation";
import BetterSqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { JobManager } from "../job-manager.js";
import { pause } from "../pause.js";
import { SqliteJobStore } from "../sqlite/sqlite-job-store.js";
import { useDriver } from "../testing/bundle-driver.js";

const long = process.env.SPAWN_LONG === "1";
const WORKERS = 10;
const JOBS = long ? 10_000 : 1_000;
const KILL_EVERY_MS = long ? 1_000 : 200;
const LEASE_MS = 2_000;

const driver = useDriver("worker-driver");
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-killed-"));
  path = join(folder, "jobs.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

interface WorkerProcess {
  readonly child: ChildProcess;
  readonly lines: string[];
  /** Resolves once it takes jobs. */
  readonly ready: Promise<void>;
}

function startWorker(name: string): WorkerProcess {
  const child = spawn(process.execPath, [driver.path, path, name, String(LEASE_MS)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        lines.push(...text.split("\n").filter(Boolean));
        if (lines.includes("ready")) resolve();
      });
    }
  });
  return { child, lines, ready };
}

/** Has the database itself write down each start and each completion, in their order. */
function recordChanges(): void {
  const database = new BetterSqlite(path);
  database.exec(`
    CREATE TABLE seen (place INTEGER PRIMARY KEY, job_id INTEGER, status TEXT, priority INTEGER);
    CREATE TRIGGER see AFTER UPDATE OF status ON jobs BEGIN
      INSERT INTO seen (job_id, status, priority) VALUES (NEW.job_id, NEW.status, NEW.priority);
    END;
  `);
  database.close();
}

interface Seen {
  readonly job_id: number;
  readonly status: string;
  readonly priority: number;
}

function seenChanges(): Seen[] {
  const database = new BetterSqlite(path);
  const seen = database.prepare("SELECT * FROM seen ORDER BY place").all() as Seen[];
  database.close();
  return seen;
}

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
    const store = await SqliteJobStore.open({ path });
    await submitAll(store);
    recordChanges();

    const workers = Array.from({ length: WORKERS }, (_, index) => startWorker(`worker-${index}`));
    const everybody = [...workers];
    const random = seededRandom(2);
    let kills = 0;
    const isOver = new AbortController();
    const killing = (async () => {
      while (!isOver.signal.aborted) {
        await Promise.all(workers.map(({ ready }) => ready));
        await pause(systemClock(), random.next() * 2 * KILL_EVERY_MS, isOver.signal);
        const index = Math.floor(random.next() * WORKERS);
        workers[index]!.child.kill("SIGKILL");
        kills += 1;
        workers[index] = startWorker(`worker-${index}`);
        everybody.push(workers[index]!);
      }
    })();
    await allCompleted(store).finally(() => isOver.abort());
    await killing;
    await Promise.all(workers.map(({ ready }) => ready));

    const exits = workers.map(async ({ child }) => {
      const exit = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
      child.kill("SIGTERM");
      await exit;
    });
    await Promise.all(exits);

    const said = everybody.flatMap(({ lines }) => lines).filter((line) => line !== "ready");
    expect(said).toEqual([]);
    const seen = seenChanges();
    const completions = seen.filter(({ status }) => status === "completed").map(({ job_id }) => job_id);
    expect(completions).toHaveLength(JOBS);
    expect(new Set(completions).size).toBe(JOBS);

    const starts = new Map<number, Seen>();
    for (const change of seen) {
      if (change.status === "running" && !starts.has(change.job_id)) starts.set(change.job_id, change);
    }
    const order = [...starts.values()];
    const wanted = order.toSorted((a, b) => b.priority - a.priority || a.job_id - b.job_id);
    expect(order).toEqual(wanted);

    const lost = seen.filter(({ status }) => status === "pending").length;
    expect(await store.checkIntegrity()).toEqual([]);
    await store.close();
    console.log(`${kills} workers killed, ${lost} jobs lost by them and run again`);
  });
});
