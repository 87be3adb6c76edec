import type { Lease, LeaseState, Settlement } from "../job-store.js";
import { script } from "./scripts.js";
import type { Session } from "./session.js";
import type { Ticket } from "./ticket-queues.js";

/**
 * Renews BullMQ's lock of a job's ticket. A lock that has run out, but has not been taken by anybody, is made anew: a
 * server that was away for longer than a lease costs nobody the attempt that he is at.
 */
export const RENEW = script(`
local id, token, lease = ARGV[1], ARGV[2], ARGV[3]
local key = P .. ':job:' .. id
local job = call('HMGET', key, 'token', 'queue', 'ticket', 'cancel_requested')
if job[1] ~= token then return 'lost' end
call('SET', lock_of(job[2], job[3]), token, 'PX', lease)
look_within(job[2], lease)
return job[4] and 'cancel-requested' or 'held'
`);

/** Ends a claim. It answers with what is to become of the ticket: nothing when the claim had been lost. */
const SETTLE = script(`
local id, token, kind, message, delay = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local job = read(id)
if not job then return {} end
local settled = token .. ' ' .. kind
if job.settled ~= settled then
  if job.token ~= token then return {} end
  local told = message ~= '' and message or false
  if (kind == 'retrying' or kind == 'released') and not job.cancel_requested then
    local changes = { settled = settled, error_message = told }
    if kind == 'retrying' then
      changes.retry_count = job.retry_count + 1
      if delay > 0 then changes.not_before = int(now + delay) end
    end
    pend(job, changes)
  else
    finish(job, (kind == 'completed' or kind == 'failed') and kind or 'cancelled', told)
    call('HSET', P .. ':job:' .. id, 'settled', settled)
  end
end
if job.status ~= 'pending' then return { job.queue, job.ticket, 'end' } end
local wait = (job.not_before or 0) - now
return { job.queue, job.ticket, wait > 0 and 'delay' or 'put-back', wait }
`);

/** Renews and ends claims. */
export class Leases {
  readonly #session: Session;
  readonly #ending = new Set<Promise<void>>();

  constructor(session: Session) {
    this.#session = session;
  }

  async renew({ jobId, token }: Lease, leaseMs: number): Promise<LeaseState> {
    return (await this.#session.scripts.run(RENEW, jobId, token, leaseMs)) as LeaseState;
  }

  /** @returns whether the claim still held. Settling twice in the same way is harmless. */
  async settle({ jobId, token }: Lease, settlement: Settlement): Promise<boolean> {
    const message = "errorMessage" in settlement ? (settlement.errorMessage ?? "") : "";
    const delayMs = settlement.kind === "retrying" ? settlement.delayMs : 0;
    const reply = await this.#session.scripts.run(SETTLE, jobId, token, settlement.kind, message, delayMs);
    const [queue, name, move, waitMs] = reply as [string?, string?, ("end" | "delay" | "put-back")?, number?];
    if (queue === undefined || name === undefined) return false;
    const ticket = { queue, ticket: name };
    // It has been recorded: what cannot be done about the ticket now is done by a claim.
    if (move === "end") {
      this.#endSoon(ticket, token, settlement.kind === "completed" ? "completed" : "failed");
    } else if (move === "delay") {
      await this.#session.tickets.delay(ticket, token, Number(waitMs)).catch(() => {});
    } else {
      await this.#session.tickets.putBack(ticket, token).catch(() => {});
      this.#session.outbox.tell();
    }
    return true;
  }

  /** Waits for the tickets that are being ended. */
  async close(): Promise<void> {
    await Promise.all(this.#ending);
  }

  #endSoon(ticket: Ticket, token: string, end: "completed" | "failed"): void {
    const ending: Promise<void> = this.#session.tickets
      .end(ticket, token, end)
      .catch(() => {})
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
