import type { ClaimRequest, ClaimResult } from "../job-store.js";
import type { UnsentTicket } from "./outbox.js";
import { type Reply, script } from "./scripts.js";
import type { Session } from "./session.js";
import { jobRowOf } from "./stored-job.js";
import { HAND_OUT_MS, queueOf, type Ticket } from "./ticket-queues.js";

/** How often a claim looks again when others were quicker or there was something to put right. */
const MOST_LOOKS = 50;

/** A job's ticket that has not come to BullMQ after so long never will, unless somebody else sends it. */
const SEND_AGAIN_AFTER_MS = 5_000;

/**
 * Looks at some queues (all of them when none is named): which has the ticket to go first, when there is one again, what
 * is lost and what was never sent. A ticket that is out without a lock is lost. Its lock is taken, with `guard`, so that
 * BullMQ lets the caller move it; a running job's claim ends in the same step.
 */
const LOOK = script(`
local clock, guard, again_after, everything = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), ARGV[4] == 'everything'
local queues = {}
for i = 5, #ARGV do queues[#queues + 1] = ARGV[i] end
if #queues == 0 then queues = call('SMEMBERS', P .. ':queues') end

local best, best_priority, best_id, due = '', nil, nil, -1
local lost, moves, unsent = 0, {}, {}

local function sooner(ms)
  if due < 0 or ms < due then due = ms end
end

local function candidate(queue, ticket, priority)
  local id = tonumber(string.match(ticket, '^%d+'))
  if best_priority == nil or priority < best_priority or (priority == best_priority and id < best_id) then
    best, best_priority, best_id = queue, priority, id
  end
end

local function look_at_lost(queue, ticket)
  call('SET', lock_of(queue, ticket), guard, 'PX', MOVE_MS)
  local job = read_by_ticket(ticket)
  if job and job.status == 'running' then
    give_up(job)
    lost = lost + 1
  end
  moves[#moves + 1] = { job and job.status == 'pending' and 'put-back' or 'end', queue, ticket }
end

-- What runs is looked at only when a lock may have run out by now: each that is made or renewed says when that can be the
-- soonest, but for BullMQ's own, when it hands a ticket out.
local function look_at_running(queue)
  local active = P .. ':q:' .. queue .. ':active'
  if call('LLEN', active) == 0 then return end
  local at = call('ZSCORE', P .. ':looks', queue)
  local left = at and at - now or 0
  if everything or left <= 0 then
    left = ${HAND_OUT_MS}
    for _, ticket in ipairs(call('LRANGE', active, 0, -1)) do
      local lock = call('PTTL', lock_of(queue, ticket))
      if lock == -2 then look_at_lost(queue, ticket) end
      left = math.min(left, lock == -2 and MOVE_MS or lock)
    end
    call('ZADD', P .. ':looks', int(now + left), queue)
  end
  sooner(left)
end

for _, queue in ipairs(queues) do
  local base = P .. ':q:' .. queue .. ':'
  look_at_running(queue)
  local waiting = call('LINDEX', base .. 'wait', -1)
  local first = call('ZRANGE', base .. 'prioritized', 0, 0, 'WITHSCORES')
  local delayed = call('ZRANGE', base .. 'delayed', 0, 0, 'WITHSCORES')
  if waiting then candidate(queue, waiting, 0) end
  if first[1] then candidate(queue, first[1], math.floor(first[2] / 0x100000000)) end
  if delayed[1] then
    local left = math.floor(delayed[2] / 0x1000) - clock
    if left > 0 then sooner(left) else
      candidate(queue, delayed[1], tonumber(call('HGET', base .. delayed[1], 'priority') or 0))
    end
  end
end

for _, id in ipairs(call('ZRANGEBYSCORE', P .. ':outbox', '-inf', int(now - again_after), 'LIMIT', 0, 100)) do
  local job = read(id)
  if job and job.status == 'pending' then
    unsent[#unsent + 1] = { id, job.queue, job.ticket, job.job_type, job.priority }
  else
    call('ZREM', P .. ':outbox', id)
  end
end
return { best, best_priority and best_priority > 0 and 11 - best_priority or 0, due, lost, moves, unsent }
`);

/**
 * Makes a job that has been handed out a running one. `end`: it is over. `gone`: the lock was too old. `worse`: others have
 * been quicker, and by now another queue may have the job to go first.
 */
const BEGIN = script(`
local queue, ticket, token, worker, lease, priority = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
if call('GET', lock_of(queue, ticket)) ~= token then return { 'gone' } end
local job = read_by_ticket(ticket)
-- BullMQ has taken it from another worker by itself.
if job and job.status == 'running' then give_up(job) end
if not job or job.status ~= 'pending' then return { 'end' } end
local wait = (job.not_before or 0) - now
if wait > 0 then return { 'later', wait } end
if tonumber(job.priority) < tonumber(priority) then return { 'worse' } end
call('SET', lock_of(queue, ticket), token, 'PX', lease)
look_within(queue, lease)
move(job, 'running', {
  started_at = int(now), worker_id = worker, token = token, not_before = false, error_message = false,
})
return { 'claimed', answer(job) }
`);

interface Look {
  /** Empty when there is nothing to claim. */
  readonly best: string;
  /** Of its first job. */
  readonly priority: number;
  readonly dueInMs: number | undefined;
  readonly lost: number;
  readonly moves: readonly (readonly ["put-back" | "end", string, string])[];
  readonly unsent: readonly UnsentTicket[];
}

/** Hands jobs out: BullMQ says which, and its lock is the claim's lease. */
export class Claims {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async claim(request: ClaimRequest): Promise<ClaimResult> {
    if (request.needs?.length === 0) return { kind: "nothing" };
    const queues = request.needs?.map(queueOf) ?? [];
    for (let looks = 0; looks < MOST_LOOKS; looks++) {
      const look = await this.#lookAndPutRight(queues);
      if (look === undefined) continue;
      if (look.best === "") {
        return { kind: "nothing", ...(look.dueInMs === undefined ? {} : { dueInMs: look.dueInMs }) };
      }
      const claimed = await this.#take(look, request);
      if (claimed !== undefined) return claimed;
    }
    return { kind: "nothing", dueInMs: 0 };
  }

  /** @returns how many running jobs were lost. */
  async recover(): Promise<number> {
    const guard = this.#session.newToken();
    const look = await this.#look([], guard, "everything");
    await this.#putRight(look, guard);
    return look.lost;
  }

  async #take(
    { best: queue, priority }: Look,
    { workerId, leaseMs }: ClaimRequest,
  ): Promise<ClaimResult | undefined> {
    const token = this.#session.newToken();
    const handedOut = await this.#session.tickets.next(queue, token);
    if (handedOut === undefined) return undefined;
    const ticket: Ticket = { queue, ticket: handedOut };
    const reply = await this.#session.scripts.run(
      BEGIN,
      queue,
      handedOut,
      token,
      workerId,
      leaseMs,
      priority,
    );
    const [kind, value] = reply as ["claimed" | "end" | "later" | "worse" | "gone", Reply];
    switch (kind) {
      case "claimed": {
        const row = jobRowOf(value);
        return { kind: "claimed", row, lease: { jobId: row.job_id, token } };
      }
      case "end":
        await this.#session.tickets.end(ticket, token, "failed");
        return undefined;
      case "later":
        await this.#session.tickets.delay(ticket, token, Number(value));
        return undefined;
      case "worse":
        await this.#session.tickets.putBack(ticket, token);
        return undefined;
      case "gone":
        return undefined;
    }
  }

  /** @returns `undefined` when something was put right: what was seen is not so any more. */
  async #lookAndPutRight(queues: readonly string[]): Promise<Look | undefined> {
    const guard = this.#session.newToken();
    const look = await this.#look(queues, guard, "what-is-due");
    if (look.moves.length === 0 && look.unsent.length === 0) return look;
    await this.#putRight(look, guard);
    return undefined;
  }

  async #look(
    queues: readonly string[],
    guard: string,
    running: "everything" | "what-is-due",
  ): Promise<Look> {
    const reply = await this.#session.scripts.run(
      LOOK,
      ...[Date.now(), guard, SEND_AGAIN_AFTER_MS, running],
      ...queues,
    );
    const [best, priority, due, lost, moves, unsent] = reply as [
      string,
      number,
      number,
      number,
      Look["moves"],
      string[][],
    ];
    return {
      best,
      priority,
      dueInMs: due < 0 ? undefined : due,
      lost,
      moves,
      unsent: unsent.map(([jobId, queue, ticket, jobType, priority]) => ({
        jobId: jobId as string,
        queue: queue as string,
        ticket: ticket as string,
        jobType: jobType as string,
        priority: Number(priority),
      })),
    };
  }

  async #putRight({ moves, unsent }: Look, guard: string): Promise<void> {
    await Promise.all([
      this.#session.outbox.send(unsent),
      ...moves.map(([move, queue, ticket]) =>
        move === "put-back"
          ? this.#session.tickets.putBack({ queue, ticket }, guard)
          : this.#session.tickets.end({ queue, ticket }, guard, "failed"),
      ),
    ]);
  }
}
