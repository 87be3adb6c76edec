import type { JobChange } from "../job-store.js";
import { type Reply, type Script, script } from "./scripts.js";
import type { Session } from "./session.js";
import { fieldsOf, jobRowOf } from "./stored-job.js";
import type { Ticket } from "./ticket-queues.js";

const CANCEL = script(`
local job = read(ARGV[1])
if not job then return { 'unknown' } end
if job.status == 'pending' then
  finish(job, 'cancelled', job.error_message)
  return { 'changed', answer(job), 'remove' }
end
if job.status ~= 'running' then return { 'refused', answer(job) } end
job.cancel_requested = '1'
call('HSET', P .. ':job:' .. job.job_id, 'cancel_requested', '1')
tell()
return { 'changed', answer(job) }
`);

/** The job gets a new ticket: what may be left of the old one is void. */
const RETRY = script(`
local job = read(ARGV[1])
if not job then return { 'unknown' } end
local changes = { ticket = job.job_id .. '-' .. (string.match(job.ticket, '%d+$') + 1) }
if job.status == 'failed' then
  changes.retry_count = job.retry_count + 1
  changes.max_retries = math.max(tonumber(job.max_retries), changes.retry_count)
elseif job.status ~= 'cancelled' then
  return { 'refused', answer(job) }
end
pend(job, changes)
send(job.job_id)
return { 'changed', answer(job), 'send' }
`);

/** Takes the lock from the worker, so that BullMQ lets the caller move the ticket. */
const TAKE_BACK = script(`
local job = read(ARGV[1])
if not job then return { 'unknown' } end
if job.status ~= 'running' then return { 'refused', answer(job) } end
call('SET', lock_of(job.queue, job.ticket), ARGV[2], 'PX', MOVE_MS)
look_within(job.queue, MOVE_MS)
pend(job, {})
return { 'changed', answer(job), 'put-back' }
`);

/** Changes of jobs by somebody who has no claim of them. */
export class JobChanges {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  cancel(jobId: number): Promise<JobChange> {
    return this.#change(CANCEL, jobId);
  }

  retry(jobId: number): Promise<JobChange> {
    return this.#change(RETRY, jobId);
  }

  takeBack(jobId: number): Promise<JobChange> {
    return this.#change(TAKE_BACK, jobId);
  }

  async #change(change: Script, jobId: number): Promise<JobChange> {
    const guard = this.#session.newToken();
    const [kind, stored, move] = (await this.#session.scripts.run(change, jobId, guard)) as [
      JobChange["kind"],
      Reply?,
      ("remove" | "send" | "put-back")?,
    ];
    if (kind === "unknown" || stored === undefined) return { kind: "unknown" };
    const row = jobRowOf(stored);
    if (kind === "changed") {
      // The change has been made: what cannot be done about the ticket now is done by a claim.
      await this.#move(move, stored, guard).catch(() => {});
    }
    return { kind, row };
  }

  async #move(move: "remove" | "send" | "put-back" | undefined, stored: Reply, guard: string): Promise<void> {
    if (move === undefined) return;
    const ticket = ticketOf(stored);
    switch (move) {
      case "remove":
        return this.#session.tickets.remove(ticket);
      case "send": {
        const { job_id, job_type, priority } = jobRowOf(stored);
        return this.#session.outbox.send([{ ...ticket, jobId: String(job_id), jobType: job_type, priority }]);
      }
      case "put-back":
        await this.#session.tickets.putBack(ticket, guard);
        this.#session.outbox.tell();
    }
  }
}

function ticketOf(stored: Reply): Ticket {
  const { queue, ticket } = fieldsOf(stored);
  return { queue: queue as string, ticket: ticket as string };
}
