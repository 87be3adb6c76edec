import type { Statement, Transaction } from "better-sqlite3";
import type { JobStatus } from "../job.js";
import type { JobChange } from "../job-store.js";
import type { Session } from "./session.js";
import type { StoredJob } from "./stored-job.js";

/** Changes of jobs by somebody who has no claim of them. */
export class JobChangeTable {
  readonly #session: Session;
  readonly #find: Statement<[number], StoredJob>;
  readonly #cancelPending: Statement<[string, number], StoredJob>;
  readonly #askToCancel: Statement<[number], StoredJob>;
  readonly #retryFailed: Statement<[number], StoredJob>;
  readonly #retryCancelled: Statement<[number], StoredJob>;
  readonly #takeBack: Statement<[number], StoredJob>;
  readonly #change: Transaction<
    (jobId: number, change: (job: StoredJob) => StoredJob | undefined) => JobChange
  >;

  constructor(session: Session) {
    this.#session = session;
    const { database } = session;
    this.#find = database.prepare("SELECT * FROM jobs WHERE job_id = ?");
    this.#cancelPending = database.prepare(
      "UPDATE jobs SET status = 'cancelled', completed_at = ?, not_before = NULL, losses = 0 WHERE job_id = ? RETURNING *",
    );
    this.#askToCancel = database.prepare("UPDATE jobs SET cancel_requested = 1 WHERE job_id = ? RETURNING *");
    const toPending = `status = 'pending', started_at = NULL, completed_at = NULL, worker_id = NULL, not_before = NULL,
      losses = 0, cancel_requested = 0, lease_token = NULL, lease_epoch = NULL, lease_expires_ms = NULL`;
    this.#retryFailed = database.prepare(
      `UPDATE jobs SET ${toPending}, retry_count = retry_count + 1, max_retries = max(max_retries, retry_count + 1)
       WHERE job_id = ? RETURNING *`,
    );
    this.#retryCancelled = database.prepare(`UPDATE jobs SET ${toPending} WHERE job_id = ? RETURNING *`);
    this.#takeBack = database.prepare(`UPDATE jobs SET ${toPending} WHERE job_id = ? RETURNING *`);
    this.#change = database.transaction((jobId, change) => this.#changeInside(jobId, change));
  }

  cancel(jobId: number): JobChange {
    return this.#changeBy(jobId, {
      pending: () => this.#cancelPending.get(this.#session.moment(), jobId),
      running: () => this.#askToCancel.get(jobId),
    });
  }

  retry(jobId: number): JobChange {
    return this.#changeBy(jobId, {
      failed: () => this.#retryFailed.get(jobId),
      cancelled: () => this.#retryCancelled.get(jobId),
    });
  }

  takeBack(jobId: number): JobChange {
    return this.#changeBy(jobId, { running: () => this.#takeBack.get(jobId) });
  }

  #changeBy(jobId: number, changes: Partial<Record<JobStatus, () => StoredJob | undefined>>): JobChange {
    return this.#change.immediate(jobId, ({ status }) => changes[status]?.());
  }

  #changeInside(jobId: number, change: (job: StoredJob) => StoredJob | undefined): JobChange {
    const found = this.#find.get(jobId);
    if (found === undefined) return { kind: "unknown" };
    const changed = change(found);
    return changed === undefined
      ? { kind: "refused", row: this.#session.rowOf(found) }
      : { kind: "changed", row: this.#session.rowOf(changed) };
  }
}
