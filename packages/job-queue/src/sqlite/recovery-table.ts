import type { Statement } from "better-sqlite3";
import type { Session } from "./session.js";
import type { StoredJob } from "./stored-job.js";

/** A job that takes its worker down so many times in a row is not tried again. */
const MOST_LOSSES = 3;

/** Takes jobs back from workers whose leases have run out. */
export class RecoveryTable {
  readonly #session: Session;
  readonly #firstExpiry: Statement<[], { lease_expires_ms: number }>;
  readonly #expired: Statement<[number], StoredJob>;
  readonly #ofOtherEpochs: Statement<[string], StoredJob>;
  readonly #toPending: Statement<[number]>;
  readonly #toFinal: Statement<["failed" | "cancelled", string, string | null, number]>;
  readonly #log: Statement<[number, string, string]>;

  constructor(session: Session) {
    this.#session = session;
    const { database } = session;
    this.#firstExpiry = database.prepare(
      `SELECT lease_expires_ms FROM jobs INDEXED BY jobs_running
       WHERE status = 'running' ORDER BY lease_expires_ms LIMIT 1`,
    );
    this.#expired = database.prepare(
      "SELECT * FROM jobs INDEXED BY jobs_running WHERE status = 'running' AND lease_expires_ms <= ?",
    );
    this.#ofOtherEpochs = database.prepare(
      "SELECT * FROM jobs INDEXED BY jobs_running WHERE status = 'running' AND lease_epoch <> ?",
    );
    this.#toPending = database.prepare(
      `UPDATE jobs SET status = 'pending', started_at = NULL, worker_id = NULL, losses = losses + 1,
         lease_token = NULL, lease_epoch = NULL, lease_expires_ms = NULL
       WHERE job_id = ?`,
    );
    this.#toFinal = database.prepare(
      `UPDATE jobs SET status = ?, completed_at = ?, error_message = ?, cancel_requested = 0, losses = 0,
         lease_token = NULL, lease_epoch = NULL, lease_expires_ms = NULL
       WHERE job_id = ?`,
    );
    this.#log = database.prepare(
      "INSERT INTO job_logs (job_id, timestamp, level, message) VALUES (?, ?, 'WARNING', ?)",
    );
  }

  /** Until the first lease runs out; negative when it has. */
  firstExpiryInMs(): number | undefined {
    const first = this.#firstExpiry.get();
    return first === undefined ? undefined : first.lease_expires_ms - this.#session.leaseClock.nowMs();
  }

  /** Takes back what has run out. To be called inside a transaction. @returns how many jobs. */
  recover(): number {
    const lost = this.#expired.all(this.#session.leaseClock.nowMs());
    for (const job of lost) this.#giveUp(job);
    return lost.length;
  }

  /** Takes back what was claimed before the last reboot. To be called inside a transaction. */
  recoverOtherEpochs(): number {
    const lost = this.#ofOtherEpochs.all(this.#session.leaseClock.epoch);
    for (const job of lost) this.#giveUp(job);
    return lost.length;
  }

  hasOtherEpochs(): boolean {
    return this.#ofOtherEpochs.get(this.#session.leaseClock.epoch) !== undefined;
  }

  #giveUp(job: StoredJob): void {
    const now = this.#session.moment();
    const told = `worker ${job.worker_id} was lost while it ran the job`;
    if (job.cancel_requested === 1) {
      this.#toFinal.run("cancelled", now, `${told}; it was to be cancelled`, job.job_id);
    } else if (job.losses + 1 >= MOST_LOSSES) {
      this.#toFinal.run("failed", now, `${told}, ${MOST_LOSSES} times in a row`, job.job_id);
    } else {
      this.#toPending.run(job.job_id);
    }
    this.#log.run(job.job_id, now, told);
  }
}
