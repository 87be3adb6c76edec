import type { Statement } from "better-sqlite3";
import { JOB_STATUSES, type JobStatus } from "../job.js";
import type { JobRow } from "../job-row.js";
import type { JobCounts, JobQuery, NewJobRow } from "../job-store.js";
import type { Session } from "./session.js";
import type { StoredJob } from "./stored-job.js";

/** One transaction removes no more than this, so that nobody waits long for it. */
const PRUNE_BATCH = 1_000;

/** Puts jobs in, finds, lists, counts and removes them. */
export class JobTable {
  readonly #session: Session;
  readonly #insert: Statement<[string, string, number, string, string, number, string]>;
  readonly #find: Statement<[number], StoredJob>;
  readonly #countByStatus: Statement<[], { status: JobStatus; jobs: number }>;
  readonly #countPendingByNeeds: Statement<[], { needs: string; jobs: number }>;
  readonly #prune: Statement<[string]>;
  readonly #lists = new Map<string, Statement<(string | number)[], StoredJob>>();

  constructor(session: Session) {
    this.#session = session;
    const { database } = session;
    this.#insert = database.prepare(
      `INSERT INTO jobs (job_type, status, priority, config, created_at, max_retries, needs)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#find = database.prepare("SELECT * FROM jobs WHERE job_id = ?");
    this.#countByStatus = database.prepare("SELECT status, count(*) AS jobs FROM jobs GROUP BY status");
    this.#countPendingByNeeds = database.prepare(
      `SELECT needs, sum(jobs) AS jobs FROM (
         SELECT needs, count(*) AS jobs FROM jobs INDEXED BY jobs_ready
         WHERE status = 'pending' AND not_before IS NULL GROUP BY needs
         UNION ALL
         SELECT needs, count(*) FROM jobs INDEXED BY jobs_waiting
         WHERE status = 'pending' AND not_before IS NOT NULL GROUP BY needs
       ) GROUP BY needs ORDER BY needs`,
    );
    this.#prune = database.prepare(
      `DELETE FROM jobs WHERE job_id IN
         (SELECT job_id FROM jobs WHERE completed_at < ? ORDER BY completed_at LIMIT ${PRUNE_BATCH})`,
    );
  }

  insert({ job_type, priority, config, max_retries, needs }: NewJobRow): number {
    const createdAt = this.#session.moment();
    return Number(
      this.#insert.run(job_type, "pending", priority, config, createdAt, max_retries, needs).lastInsertRowid,
    );
  }

  find(jobId: number): JobRow | undefined {
    const stored = this.#find.get(jobId);
    return stored === undefined ? undefined : this.#session.rowOf(stored);
  }

  list({ status, jobType, beforeJobId, limit }: JobQuery): readonly JobRow[] {
    const conditions = [
      ["status = ?", status],
      ["job_type = ?", jobType],
      ["job_id < ?", beforeJobId],
    ].filter((condition): condition is [string, string | number] => condition[1] !== undefined);
    const where = conditions.length === 0 ? "" : `WHERE ${conditions.map(([text]) => text).join(" AND ")}`;
    const sql = `SELECT * FROM jobs ${where} ORDER BY job_id DESC LIMIT ?`;
    let statement = this.#lists.get(sql);
    if (statement === undefined) {
      statement = this.#session.database.prepare(sql);
      this.#lists.set(sql, statement);
    }
    return statement
      .all(...conditions.map(([, value]) => value), limit)
      .map((stored) => this.#session.rowOf(stored));
  }

  count(): JobCounts {
    const found = new Map(this.#countByStatus.all().map(({ status, jobs }) => [status, jobs]));
    return {
      byStatus: Object.fromEntries(
        JOB_STATUSES.map((status) => [status, found.get(status) ?? 0]),
      ) as JobCounts["byStatus"],
      pendingByNeeds: this.#countPendingByNeeds.all(),
    };
  }

  /** Removes some of the jobs that became final before. @returns how many; fewer than could be only when none is left. */
  pruneSome(before: string): { readonly removed: number; readonly more: boolean } {
    const { changes } = this.#prune.run(before);
    return { removed: changes, more: changes === PRUNE_BATCH };
  }
}
