import type { Statement } from "better-sqlite3";
import type { JobLogRow } from "../job-log.js";
import type { NewJobLog } from "../job-store.js";
import type { Session } from "./session.js";

/** The messages of jobs. */
export class JobLogTable {
  readonly #session: Session;
  readonly #append: Statement<[number, string, string, string, number, string | null, string | null]>;
  readonly #list: Statement<[number, number, number], JobLogRow>;

  constructor(session: Session) {
    this.#session = session;
    this.#append = session.database.prepare(
      `INSERT INTO job_logs (job_id, timestamp, level, message)
       SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM jobs WHERE job_id = ? AND (? IS NULL OR lease_token = ?))`,
    );
    this.#list = session.database.prepare(
      "SELECT * FROM job_logs WHERE job_id = ? AND log_id > ? ORDER BY log_id LIMIT ?",
    );
  }

  /** @returns `undefined` when there is no such job, or not under this lease. */
  append({ jobId, level, message, lease }: NewJobLog): number | undefined {
    const token = lease?.token ?? null;
    const done = this.#append.run(jobId, this.#session.moment(), level, message, jobId, token, token);
    return done.changes === 1 ? Number(done.lastInsertRowid) : undefined;
  }

  list(jobId: number, afterLogId: number, limit: number): readonly JobLogRow[] {
    return this.#list.all(jobId, afterLogId, limit);
  }
}
