import type { Statement, Transaction } from "better-sqlite3";
import type { ClaimRequest, ClaimResult } from "../job-store.js";
import type { RecoveryTable } from "./recovery-table.js";
import type { Session } from "./session.js";
import type { StoredJob } from "./stored-job.js";

const TOKEN_LENGTH = 32;

interface Candidate {
  readonly job_id: number;
  readonly priority: number;
}

/**
 * Hands jobs out. What can be claimed is looked up in an index by what it needs, in the order of claims, so a claim takes
 * as long among a million jobs as among ten.
 */
export class ClaimTable {
  readonly #session: Session;
  readonly #recovery: RecoveryTable;
  readonly #first: Statement<[string], Candidate>;
  readonly #nextNeeds: Statement<[string], { needs: string }>;
  readonly #firstWaiting: Statement<[], { not_before: string }>;
  readonly #wakeWaiting: Statement<[string]>;
  readonly #take: Statement<[string, string, string, string, number, number], StoredJob>;
  readonly #claim: Transaction<(request: ClaimRequest) => StoredJob | undefined>;

  constructor(session: Session, recovery: RecoveryTable) {
    this.#session = session;
    this.#recovery = recovery;
    const { database } = session;
    this.#first = database.prepare(
      `SELECT job_id, priority FROM jobs INDEXED BY jobs_ready
       WHERE status = 'pending' AND not_before IS NULL AND needs = ? ORDER BY priority DESC, job_id LIMIT 1`,
    );
    this.#nextNeeds = database.prepare(
      `SELECT needs FROM jobs INDEXED BY jobs_ready
       WHERE status = 'pending' AND not_before IS NULL AND needs > ? ORDER BY needs LIMIT 1`,
    );
    this.#firstWaiting = database.prepare(
      `SELECT not_before FROM jobs INDEXED BY jobs_waiting
       WHERE status = 'pending' AND not_before IS NOT NULL ORDER BY not_before LIMIT 1`,
    );
    this.#wakeWaiting = database.prepare(
      `UPDATE jobs INDEXED BY jobs_waiting SET not_before = NULL
       WHERE status = 'pending' AND not_before IS NOT NULL AND not_before <= ?`,
    );
    this.#take = database.prepare(
      `UPDATE jobs SET status = 'running', started_at = ?, worker_id = ?, error_message = NULL,
         lease_token = ?, lease_epoch = ?, lease_expires_ms = ?
       WHERE job_id = ? RETURNING *`,
    );
    this.#claim = database.transaction((request: ClaimRequest) => this.#claimInside(request));
  }

  claim(request: ClaimRequest): ClaimResult {
    // A look that locks nothing: workers that find nothing do not keep others from writing.
    if (!this.#isWorthALock(request.needs)) return this.#nothing();
    const stored = this.#claim.immediate(request);
    if (stored === undefined) return this.#nothing();
    const token = stored.lease_token as string;
    return { kind: "claimed", row: this.#session.rowOf(stored), lease: { jobId: stored.job_id, token } };
  }

  #claimInside({ workerId, needs, leaseMs }: ClaimRequest): StoredJob | undefined {
    const { leaseClock, random } = this.#session;
    const now = this.#session.moment();
    this.#recovery.recover();
    if (this.#isWaitOver(now)) this.#wakeWaiting.run(now);
    const candidate = this.#best(needs);
    if (candidate === undefined) return undefined;
    const token = random.hex(TOKEN_LENGTH);
    return this.#take.get(
      now,
      workerId,
      token,
      leaseClock.epoch,
      leaseClock.nowMs() + leaseMs,
      candidate.job_id,
    );
  }

  #isWorthALock(needs: readonly string[] | undefined): boolean {
    return (
      this.#best(needs) !== undefined ||
      this.#isWaitOver(this.#session.moment()) ||
      (this.#recovery.firstExpiryInMs() ?? 1) <= 0
    );
  }

  #best(needs: readonly string[] | undefined): Candidate | undefined {
    let best: Candidate | undefined;
    for (const each of needs ?? this.#readyNeeds()) {
      const candidate = this.#first.get(each);
      if (candidate !== undefined && (best === undefined || isBefore(candidate, best))) best = candidate;
    }
    return best;
  }

  /** All that is needed by some ready job, each found by one look into the index. */
  *#readyNeeds(): Generator<string> {
    let needs = this.#nextNeeds.get("")?.needs;
    while (needs !== undefined) {
      yield needs;
      needs = this.#nextNeeds.get(needs)?.needs;
    }
  }

  #isWaitOver(now: string): boolean {
    const first = this.#firstWaiting.get();
    return first !== undefined && first.not_before <= now;
  }

  #nothing(): ClaimResult {
    const waiting = this.#firstWaiting.get();
    const dues = [
      waiting === undefined ? undefined : Date.parse(waiting.not_before) - this.#session.clock.wallMs(),
      this.#recovery.firstExpiryInMs(),
    ].filter((ms) => ms !== undefined);
    return dues.length === 0
      ? { kind: "nothing" }
      : { kind: "nothing", dueInMs: Math.max(0, Math.min(...dues)) };
  }
}

function isBefore(one: Candidate, other: Candidate): boolean {
  if (one.priority !== other.priority) return one.priority > other.priority;
  return one.job_id < other.job_id;
}
