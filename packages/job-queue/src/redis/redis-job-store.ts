import { type Random, SpawnError, systemRandom } from "@spawn/foundation";
import type { Redis } from "ioredis";
import type { ChangeListeners } from "../change-listeners.js";
import type { JobLogRow } from "../job-log.js";
import type { JobRow } from "../job-row.js";
import type {
  ClaimRequest,
  ClaimResult,
  JobChange,
  JobCounts,
  JobQuery,
  JobStore,
  Lease,
  LeaseListener,
  LeaseState,
  NewJobLog,
  NewJobRow,
  Settlement,
  WorkerRow,
} from "../job-store.js";
import { LeaseThread } from "../lease-thread.js";
import type { ScheduleRow } from "../schedule-row.js";
import type { NewScheduleRow, ScheduleFiring, ScheduleStore } from "../schedule-store.js";
import { watchChanges } from "./change-watch.js";
import { connect, type RedisServer, redisServer } from "./connect.js";
import { explainRedisError } from "./explain-redis-error.js";
import { LEASE_THREAD_CODE, leaseThreadData } from "./lease-thread-code.js";
import { serverWarnings } from "./server-warnings.js";
import { type Tables, tablesOf } from "./tables.js";

const DEFAULT_PREFIX = "spawn";

/** Of what is kept in Redis. Another one cannot be read. */
const FORMAT = "1";

export interface RedisJobStoreOptions {
  /** `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS. */
  readonly url: string;
  /** What all keys begin with: queues with different ones share a server and know nothing of each other. `spawn` when absent. */
  readonly prefix?: string;
  readonly random?: Random;
  /** Called on opening, with each thing about the server that may lose jobs or delay them. */
  readonly onWarning?: (warning: string) => void;
}

/** Jobs and schedules in Redis, through BullMQ, for all machines that reach the server. */
export class RedisJobStore implements JobStore, ScheduleStore {
  readonly #server: RedisServer;
  readonly #client: Redis;
  readonly #tables: Tables;
  readonly #watch: ChangeListeners;
  readonly #thread: LeaseThread;

  private constructor(server: RedisServer, client: Redis, prefix: string, tables: Tables) {
    this.#server = server;
    this.#client = client;
    this.#tables = tables;
    this.#watch = watchChanges(client, prefix);
    this.#thread = new LeaseThread(LEASE_THREAD_CODE, leaseThreadData(server.url, prefix), (lease, leaseMs) =>
      this.renewLease(lease, leaseMs),
    );
  }

  /**
   * @throws SpawnError `bad-arguments` when it is no URL of a Redis server; `store-failed`, `permission-denied`,
   * `not-supported`, `database-too-new`
   */
  static async open(options: RedisJobStoreOptions): Promise<RedisJobStore> {
    const server = redisServer(options.url);
    const prefix = keyPrefix(options.prefix ?? DEFAULT_PREFIX);
    // One after the other: loading keeps the thread from hearing of the connection in time.
    const bullmq = await import("bullmq");
    const client = await connect(server);
    try {
      await checkFormat(client, server, prefix);
      for (const warning of await serverWarnings(client, server.name)) options.onWarning?.(warning);
    } catch (error) {
      client.disconnect();
      throw explainRedisError(error, server.name);
    }
    const tables = tablesOf(bullmq, client, prefix, options.random ?? systemRandom());
    return new RedisJobStore(server, client, prefix, tables);
  }

  insertJob(job: NewJobRow): Promise<number> {
    return this.#do(() => this.#tables.jobs.insert(job));
  }

  findJob(jobId: number): Promise<JobRow | undefined> {
    return this.#do(() => this.#tables.jobs.find(jobId));
  }

  listJobs(query: JobQuery): Promise<readonly JobRow[]> {
    return this.#do(() => this.#tables.jobs.list(query));
  }

  countJobs(): Promise<JobCounts> {
    return this.#do(() => this.#tables.jobs.count());
  }

  claimJob(request: ClaimRequest): Promise<ClaimResult> {
    return this.#do(() => this.#tables.claims.claim(request));
  }

  renewLease(lease: Lease, leaseMs: number): Promise<LeaseState> {
    return this.#do(() => this.#tables.leases.renew(lease, leaseMs));
  }

  keepLease(lease: Lease, leaseMs: number, listener: LeaseListener): () => void {
    return this.#thread.keep(lease, leaseMs, listener);
  }

  settleJob(lease: Lease, settlement: Settlement): Promise<boolean> {
    return this.#do(() => this.#tables.leases.settle(lease, settlement));
  }

  cancelJob(jobId: number): Promise<JobChange> {
    return this.#do(() => this.#tables.changes.cancel(jobId));
  }

  retryJob(jobId: number): Promise<JobChange> {
    return this.#do(() => this.#tables.changes.retry(jobId));
  }

  takeBackJob(jobId: number): Promise<JobChange> {
    return this.#do(() => this.#tables.changes.takeBack(jobId));
  }

  recoverJobs(): Promise<number> {
    return this.#do(() => this.#tables.claims.recover());
  }

  pruneJobs(finalForMs: number): Promise<number> {
    return this.#do(async () => {
      const removed = await this.#tables.jobs.prune(finalForMs);
      await this.#tables.schedules.forgetSlots(finalForMs);
      return removed;
    });
  }

  appendLog(log: NewJobLog): Promise<number | undefined> {
    return this.#do(() => this.#tables.logs.append(log));
  }

  listLogs(jobId: number, query: { afterLogId: number; limit: number }): Promise<readonly JobLogRow[]> {
    return this.#do(() => this.#tables.logs.list(jobId, query.afterLogId, query.limit));
  }

  reportWorker(worker: WorkerRow, forMs: number): Promise<void> {
    return this.#do(() => this.#tables.workers.report(worker, forMs));
  }

  forgetWorker(workerId: string): Promise<void> {
    return this.#do(() => this.#tables.workers.forget(workerId));
  }

  listWorkers(): Promise<readonly WorkerRow[]> {
    return this.#do(() => this.#tables.workers.list());
  }

  insertSchedule(schedule: NewScheduleRow): Promise<ScheduleRow | undefined> {
    return this.#do(() => this.#tables.schedules.insert(schedule));
  }

  findSchedule(scheduleId: number): Promise<ScheduleRow | undefined> {
    return this.#do(() => this.#tables.schedules.find(scheduleId));
  }

  listSchedules(): Promise<readonly ScheduleRow[]> {
    return this.#do(() => this.#tables.schedules.list());
  }

  dueSchedules(at: string): Promise<readonly ScheduleRow[]> {
    return this.#do(() => this.#tables.schedules.due(at));
  }

  setNextRun(scheduleId: number, nextRun: string | null): Promise<ScheduleRow | undefined> {
    return this.#do(() => this.#tables.schedules.setNextRun(scheduleId, nextRun));
  }

  deleteSchedule(scheduleId: number): Promise<boolean> {
    return this.#do(() => this.#tables.schedules.remove(scheduleId));
  }

  fireSchedule(firing: ScheduleFiring): Promise<readonly number[] | undefined> {
    return this.#do(() => this.#tables.schedules.fire(firing));
  }

  watch(onChange: () => void): () => void {
    return this.#watch.add(onChange);
  }

  async close(): Promise<void> {
    this.#watch.close();
    await this.#thread.close();
    await this.#tables.leases.close();
    await this.#tables.tickets.close();
    this.#client.disconnect();
  }

  async #do<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw explainRedisError(error, this.#server.name);
    }
  }
}

/** In braces, so that a server that spreads keys keeps all of a queue's together. */
function keyPrefix(name: string): string {
  if (/^[A-Za-z0-9._-]+$/.test(name)) return `{${name}}`;
  throw new SpawnError(
    "bad-arguments",
    `the prefix ${JSON.stringify(name)} is not made of letters, digits, ".", "_" and "-"`,
  );
}

async function checkFormat(client: Redis, { name }: RedisServer, prefix: string): Promise<void> {
  const key = `${prefix}:format`;
  const found = (await client.set(key, FORMAT, "NX")) === "OK" ? FORMAT : await client.get(key);
  if (found === FORMAT) return;
  throw new SpawnError(
    "database-too-new",
    `the job queue in ${name} has format ${found}, and this spawn knows ${FORMAT}`,
    {
      hint: "Use the newer spawn that made it, or another prefix.",
    },
  );
}
