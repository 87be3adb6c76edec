import type { Statement, Transaction } from "better-sqlite3";
import type { WorkerRow } from "../job-store.js";
import type { Session } from "./session.js";

/** Which workers are there, and what they can do. */
export class WorkerTable {
  readonly #session: Session;
  readonly #forget: Statement<[string]>;
  readonly #live: Statement<[string, number, number], { worker_id: string; needs: string | null }>;
  readonly #report: Transaction<(worker: WorkerRow, forMs: number) => void>;

  constructor(session: Session) {
    this.#session = session;
    const { database, leaseClock } = session;
    const isLive = `(epoch = ? AND (expires_ms > ? OR EXISTS (
      SELECT 1 FROM jobs INDEXED BY jobs_running
      WHERE status = 'running' AND lease_expires_ms > ? AND jobs.worker_id = workers.worker_id)))`;
    const removeDead = database.prepare(`DELETE FROM workers WHERE NOT ${isLive}`);
    const put = database.prepare(
      "INSERT OR REPLACE INTO workers (worker_id, needs, epoch, expires_ms) VALUES (?, ?, ?, ?)",
    );
    this.#forget = database.prepare("DELETE FROM workers WHERE worker_id = ?");
    this.#live = database.prepare(`SELECT worker_id, needs FROM workers WHERE ${isLive} ORDER BY worker_id`);
    this.#report = database.transaction(({ worker_id, needs }: WorkerRow, forMs: number) => {
      const now = leaseClock.nowMs();
      removeDead.run(leaseClock.epoch, now, now);
      put.run(worker_id, needs === null ? null : JSON.stringify(needs), leaseClock.epoch, now + forMs);
    });
  }

  report(worker: WorkerRow, forMs: number): void {
    this.#report.immediate(worker, forMs);
  }

  forget(workerId: string): void {
    this.#forget.run(workerId);
  }

  list(): readonly WorkerRow[] {
    const { epoch, nowMs } = {
      epoch: this.#session.leaseClock.epoch,
      nowMs: this.#session.leaseClock.nowMs(),
    };
    return this.#live.all(epoch, nowMs, nowMs).map(({ worker_id, needs }) => ({
      worker_id,
      needs: needs === null ? null : (JSON.parse(needs) as string[]),
    }));
  }
}
