import BetterSqlite from "better-sqlite3";

/** A job that got another status. */
export interface StatusChange {
  readonly job_id: number;
  readonly status: string;
  readonly priority: number;
}

/** What the database itself has written down about its jobs. */
export class JobHistory {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Has a job queue's database write down each change of a job's status from now on. */
  static begin(path: string): JobHistory {
    const history = new JobHistory(path);
    history.#withDatabase((database) =>
      database.exec(`
        CREATE TABLE seen (place INTEGER PRIMARY KEY, job_id INTEGER, status TEXT, priority INTEGER);
        CREATE TRIGGER see AFTER UPDATE OF status ON jobs BEGIN
          INSERT INTO seen (job_id, status, priority) VALUES (NEW.job_id, NEW.status, NEW.priority);
        END;
      `),
    );
    return history;
  }

  /** In the order in which they were committed. */
  changes(): readonly StatusChange[] {
    return this.#withDatabase(
      (database) =>
        database.prepare("SELECT job_id, status, priority FROM seen ORDER BY place").all() as StatusChange[],
    );
  }

  /** How many jobs that worker has now. */
  runningBy(workerId: string): number {
    const select = "SELECT count(*) FROM jobs WHERE status = 'running' AND worker_id = ?";
    return this.#withDatabase((database) => database.prepare(select).pluck().get(workerId) as number);
  }

  #withDatabase<Result>(use: (database: BetterSqlite.Database) => Result): Result {
    const database = new BetterSqlite(this.#path, { timeout: 60_000 });
    try {
      return use(database);
    } finally {
      database.close();
    }
  }
}
