import { resolve } from "node:path";
import { type Clock, type Random, systemClock, systemRandom } from "@spawn/foundation";
import type { Database } from "better-sqlite3";
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
import { keepLeaseByTimer } from "../keep-lease-by-timer.js";
import { LeaseThread } from "../lease-thread.js";
import type { ScheduleRow } from "../schedule-row.js";
import type { NewScheduleRow, ScheduleFiring, ScheduleStore } from "../schedule-store.js";
import { Attempts } from "./attempts.js";
import { backUp } from "./back-up.js";
import { watchDatabase } from "./database-watch.js";
import { leaseClock } from "./lease-clock.js";
import { LEASE_THREAD_CODE, leaseThreadData } from "./lease-thread-code.js";
import { openDatabase, type Synchronous } from "./open-database.js";
import { Session } from "./session.js";
import { type Tables, tablesOf } from "./tables.js";

export interface SqliteJobStoreOptions {
  /** Made, with its folder, where there is none. */
  readonly path: string;
  /** `full` when absent. */
  readonly synchronous?: Synchronous;
  /** The machine's when absent. With another one, leases are kept by its timers instead of by a thread. */
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Jobs and schedules in a SQLite file, for all processes of one machine. */
export class SqliteJobStore implements JobStore, ScheduleStore {
  readonly #database: Database;
  readonly #session: Session;
  readonly #attempts: Attempts;
  readonly #tables: Tables;
  readonly #watch: ChangeListeners;
  readonly #thread: LeaseThread | undefined;

  private constructor(
    database: Database,
    session: Session,
    attempts: Attempts,
    threadData: object | undefined,
  ) {
    this.#database = database;
    this.#session = session;
    this.#attempts = attempts;
    this.#tables = tablesOf(session);
    this.#watch = watchDatabase(database);
    if (threadData !== undefined) {
      const renew = (lease: Lease, leaseMs: number): Promise<LeaseState> => this.renewLease(lease, leaseMs);
      this.#thread = new LeaseThread(LEASE_THREAD_CODE, threadData, renew);
    }
  }

  /**
   * @throws SpawnError `permission-denied`, `database-damaged`, `database-too-new`, `database-busy`, `no-space`;
   * `bad-arguments` when the file is something else; `not-supported` where there can be no write-ahead log.
   */
  static async open(options: SqliteJobStoreOptions): Promise<SqliteJobStore> {
    const path = resolve(options.path);
    const clock = options.clock ?? systemClock();
    const random = options.random ?? systemRandom();
    const attempts = new Attempts(path, clock, random);
    const database = await attempts.run(() => openDatabase(path, options.synchronous ?? "full"));
    const lease = leaseClock(clock);
    const session = new Session(database, clock, lease, random);
    const threadData =
      options.clock === undefined ? leaseThreadData(path, lease.epoch !== "wall") : undefined;
    try {
      const store = new SqliteJobStore(database, session, attempts, threadData);
      await store.#recoverOtherEpochs();
      return store;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  insertJob(job: NewJobRow): Promise<number> {
    return this.#attempts.run(() => this.#tables.jobs.insert(job));
  }

  findJob(jobId: number): Promise<JobRow | undefined> {
    return this.#attempts.run(() => this.#tables.jobs.find(jobId));
  }

  listJobs(query: JobQuery): Promise<readonly JobRow[]> {
    return this.#attempts.run(() => this.#tables.jobs.list(query));
  }

  countJobs(): Promise<JobCounts> {
    return this.#attempts.run(() => this.#tables.jobs.count());
  }

  claimJob(request: ClaimRequest): Promise<ClaimResult> {
    return this.#attempts.run(() => this.#tables.claims.claim(request));
  }

  renewLease(lease: Lease, leaseMs: number): Promise<LeaseState> {
    return this.#attempts.run(() => this.#tables.leases.renew(lease, leaseMs));
  }

  keepLease(lease: Lease, leaseMs: number, listener: LeaseListener): () => void {
    if (this.#thread !== undefined) return this.#thread.keep(lease, leaseMs, listener);
    const renew = (kept: Lease, forMs: number): Promise<LeaseState> => this.renewLease(kept, forMs);
    return keepLeaseByTimer({ clock: this.#session.clock, lease, leaseMs, listener, renew });
  }

  settleJob(lease: Lease, settlement: Settlement): Promise<boolean> {
    return this.#attempts.run(() => this.#tables.leases.settle(lease, settlement));
  }

  cancelJob(jobId: number): Promise<JobChange> {
    return this.#attempts.run(() => this.#tables.changes.cancel(jobId));
  }

  retryJob(jobId: number): Promise<JobChange> {
    return this.#attempts.run(() => this.#tables.changes.retry(jobId));
  }

  takeBackJob(jobId: number): Promise<JobChange> {
    return this.#attempts.run(() => this.#tables.changes.takeBack(jobId));
  }

  recoverJobs(): Promise<number> {
    return this.#attempts.run(() => {
      const isDue = (this.#tables.recovery.firstExpiryInMs() ?? 1) <= 0;
      return isDue ? this.#database.transaction(() => this.#tables.recovery.recover()).immediate() : 0;
    });
  }

  async pruneJobs(finalForMs: number): Promise<number> {
    const before = this.#session.moment(-finalForMs);
    let removed = 0;
    for (;;) {
      const batch = await this.#attempts.run(() => this.#tables.jobs.pruneSome(before));
      removed += batch.removed;
      if (!batch.more) break;
    }
    await this.#attempts.run(() => this.#tables.schedules.forgetSlots(before));
    return removed;
  }

  appendLog(log: NewJobLog): Promise<number | undefined> {
    return this.#attempts.run(() => this.#tables.logs.append(log));
  }

  listLogs(jobId: number, query: { afterLogId: number; limit: number }): Promise<readonly JobLogRow[]> {
    return this.#attempts.run(() => this.#tables.logs.list(jobId, query.afterLogId, query.limit));
  }

  reportWorker(worker: WorkerRow, forMs: number): Promise<void> {
    return this.#attempts.run(() => this.#tables.workers.report(worker, forMs));
  }

  forgetWorker(workerId: string): Promise<void> {
    return this.#attempts.run(() => this.#tables.workers.forget(workerId));
  }

  listWorkers(): Promise<readonly WorkerRow[]> {
    return this.#attempts.run(() => this.#tables.workers.list());
  }

  insertSchedule(schedule: NewScheduleRow): Promise<ScheduleRow | undefined> {
    return this.#attempts.run(() => this.#tables.schedules.insert(schedule));
  }

  findSchedule(scheduleId: number): Promise<ScheduleRow | undefined> {
    return this.#attempts.run(() => this.#tables.schedules.find(scheduleId));
  }

  listSchedules(): Promise<readonly ScheduleRow[]> {
    return this.#attempts.run(() => this.#tables.schedules.list());
  }

  dueSchedules(at: string): Promise<readonly ScheduleRow[]> {
    return this.#attempts.run(() => this.#tables.schedules.due(at));
  }

  setNextRun(scheduleId: number, nextRun: string | null): Promise<ScheduleRow | undefined> {
    return this.#attempts.run(() => this.#tables.schedules.setNextRun(scheduleId, nextRun));
  }

  deleteSchedule(scheduleId: number): Promise<boolean> {
    return this.#attempts.run(() => this.#tables.schedules.remove(scheduleId));
  }

  fireSchedule(firing: ScheduleFiring): Promise<readonly number[] | undefined> {
    return this.#attempts.run(() => this.#tables.schedules.fire(firing));
  }

  watch(onChange: () => void): () => void {
    return this.#watch.add(onChange);
  }

  /**
   * Copies the whole queue, as it is at one moment, to a new file while it is in use. It can be opened as it is; what was
   * running then is `pending` there once its leases have run out.
   *
   * @throws SpawnError `bad-arguments` when there is such a file.
   */
  backUp(target: string): Promise<void> {
    return this.#attempts.run(() => backUp(this.#database, resolve(target)));
  }

  /** Has SQLite read the whole file. @returns what is wrong with it, a line each; empty when nothing is. */
  checkIntegrity(): Promise<readonly string[]> {
    return this.#attempts.run(() => {
      const found = this.#database.pragma("integrity_check") as { integrity_check: string }[];
      return found.map(({ integrity_check }) => integrity_check).filter((line) => line !== "ok");
    });
  }

  async close(): Promise<void> {
    this.#watch.close();
    await this.#thread?.close();
    this.#database.close();
  }

  async #recoverOtherEpochs(): Promise<void> {
    await this.#attempts.run(() => {
      const { recovery } = this.#tables;
      if (recovery.hasOtherEpochs())
        this.#database.transaction(() => recovery.recoverOtherEpochs()).immediate();
    });
  }
}
