import type { Statement, Transaction } from "better-sqlite3";
import type { Lease, LeaseState, Settlement } from "../job-store.js";
import type { Session } from "./session.js";

/** What a worker that ends an attempt leaves in its job's row. */
interface Ending {
  readonly status: "pending" | "completed" | "failed" | "cancelled";
  readonly errorMessage: string | null;
  readonly notBefore: string | null;
  readonly retriesUsed: 0 | 1;
}

/** Renews and ends claims. Every statement asks for the claim's token: who has lost the claim changes nothing. */
export class LeaseTable {
  readonly #session: Session;
  readonly #renew: Statement<[number, number, string], { cancel_requested: 0 | 1 }>;
  readonly #look: Statement<[number, string], { cancel_requested: 0 | 1 }>;
  readonly #toFinal: Statement<[string, string, string | null, number, string]>;
  readonly #toPending: Statement<[string | null, string | null, number, number, string]>;
  readonly #giveBack: Transaction<(lease: Lease, ending: Ending) => boolean>;

  constructor(session: Session) {
    this.#session = session;
    const { database } = session;
    this.#renew = database.prepare(
      "UPDATE jobs SET lease_expires_ms = ? WHERE job_id = ? AND lease_token = ? RETURNING cancel_requested",
    );
    this.#look = database.prepare("SELECT cancel_requested FROM jobs WHERE job_id = ? AND lease_token = ?");
    this.#toFinal = database.prepare(
      `UPDATE jobs SET status = ?, completed_at = ?, error_message = ?, cancel_requested = 0, losses = 0,
         lease_token = NULL, lease_epoch = NULL, lease_expires_ms = NULL
       WHERE job_id = ? AND lease_token = ?`,
    );
    this.#toPending = database.prepare(
      `UPDATE jobs SET status = 'pending', started_at = NULL, worker_id = NULL, losses = 0,
         error_message = ?, not_before = ?, retry_count = retry_count + ?,
         lease_token = NULL, lease_epoch = NULL, lease_expires_ms = NULL
       WHERE job_id = ? AND lease_token = ?`,
    );
    this.#giveBack = database.transaction((lease: Lease, ending: Ending) =>
      this.#giveBackInside(lease, ending),
    );
  }

  renew({ jobId, token }: Lease, leaseMs: number): LeaseState {
    const renewed = this.#renew.get(this.#session.leaseClock.nowMs() + leaseMs, jobId, token);
    if (renewed === undefined) return "lost";
    return renewed.cancel_requested === 1 ? "cancel-requested" : "held";
  }

  /** @returns whether the claim still held. */
  settle(lease: Lease, settlement: Settlement): boolean {
    const ending = this.#endingOf(settlement);
    return ending.status === "pending"
      ? this.#giveBack.immediate(lease, ending)
      : this.#end(lease, ending.status, ending.errorMessage);
  }

  /** Who wanted the job cancelled does not want it tried again. */
  #giveBackInside(lease: Lease, { errorMessage, notBefore, retriesUsed }: Ending): boolean {
    const found = this.#look.get(lease.jobId, lease.token);
    if (found === undefined) return false;
    if (found.cancel_requested === 1) return this.#end(lease, "cancelled", errorMessage);
    this.#toPending.run(errorMessage, notBefore, retriesUsed, lease.jobId, lease.token);
    return true;
  }

  #end({ jobId, token }: Lease, status: string, errorMessage: string | null): boolean {
    return this.#toFinal.run(status, this.#session.moment(), errorMessage, jobId, token).changes === 1;
  }

  #endingOf(settlement: Settlement): Ending {
    const plain = { errorMessage: null, notBefore: null, retriesUsed: 0 } as const;
    switch (settlement.kind) {
      case "completed":
        return { ...plain, status: "completed" };
      case "failed":
        return { ...plain, status: "failed", errorMessage: settlement.errorMessage };
      case "cancelled":
        return { ...plain, status: "cancelled", errorMessage: settlement.errorMessage ?? null };
      case "released":
        return { ...plain, status: "pending" };
      case "retrying":
        return {
          status: "pending",
          errorMessage: settlement.errorMessage,
          notBefore: settlement.delayMs <= 0 ? null : this.#session.moment(settlement.delayMs),
          retriesUsed: 1,
        };
    }
  }
}
