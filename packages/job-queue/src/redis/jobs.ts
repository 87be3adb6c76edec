import { JOB_STATUSES, type JobStatus } from "../job.js";
import type { JobRow } from "../job-row.js";
import type { JobCounts, JobQuery, NewJobRow } from "../job-store.js";
import type { Outbox } from "./outbox.js";
import { type Reply, type Scripts, script } from "./scripts.js";
import { fieldsOf, jobRowOf } from "./stored-job.js";
import { queueOf } from "./ticket-queues.js";

/** A script keeps all others waiting, so none looks at more jobs than this. */
const BATCH = 250;

const INSERT = script(`return insert(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6])`);

const FIND = script(`
local job = read(ARGV[1])
return job and answer(job)
`);

/** Merges the indexes of the statuses and types that are asked for. */
const LIST = script(`
local before, limit, job_type = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local types = job_type ~= '' and { job_type } or call('SMEMBERS', P .. ':types')
local ids = {}
for i = 4, #ARGV do
  for _, each in ipairs(types) do
    for _, id in ipairs(call('ZREVRANGEBYSCORE', index_of(ARGV[i], each), before, '-inf', 'LIMIT', 0, limit)) do
      ids[#ids + 1] = tonumber(id)
    end
  end
end
table.sort(ids, function(one, other) return one > other end)
local jobs = {}
for i = 1, math.min(limit, #ids) do jobs[i] = answer(read(int(ids[i]))) end
return jobs
`);

const COUNT = script(`
local counts = {}
for i, status in ipairs(ARGV) do
  counts[i] = 0
  for _, job_type in ipairs(call('SMEMBERS', P .. ':types')) do
    counts[i] = counts[i] + call('ZCARD', index_of(status, job_type))
  end
end
return { counts, call('HGETALL', P .. ':pending') }
`);

const PRUNE = script(`
local before, limit = '(' .. int(now - ARGV[1]), ARGV[2]
local ids = call('ZRANGEBYSCORE', P .. ':final', '-inf', before, 'LIMIT', 0, limit)
for _, id in ipairs(ids) do
  local job = read(id)
  call('ZREM', index_of(job.status, job.job_type), id)
  call('ZREM', P .. ':final', id)
  call('DEL', P .. ':job:' .. id, P .. ':log:' .. id)
end
if #ids > 0 then tell() end
return #ids
`);

/** Puts jobs in, finds, lists, counts and removes them. */
export class Jobs {
  readonly #scripts: Scripts;
  readonly #outbox: Outbox;

  constructor(scripts: Scripts, outbox: Outbox) {
    this.#scripts = scripts;
    this.#outbox = outbox;
  }

  async insert({ job_type, config, priority, max_retries, needs }: NewJobRow): Promise<number> {
    const queue = queueOf(needs);
    const args = [job_type, config, priority, max_retries, needs, queue];
    const jobId = (await this.#scripts.run(INSERT, ...args)) as string;
    // The job is there: a ticket that cannot be sent now is sent by a claim.
    await this.#outbox
      .send([{ jobId, jobType: job_type, priority, queue, ticket: `${jobId}-0` }])
      .catch(() => {});
    return Number(jobId);
  }

  async find(jobId: number): Promise<JobRow | undefined> {
    const found = await this.#scripts.run(FIND, jobId);
    return found === null ? undefined : jobRowOf(found);
  }

  async list({ status, jobType, beforeJobId, limit }: JobQuery): Promise<readonly JobRow[]> {
    const rows: JobRow[] = [];
    const statuses = status === undefined ? JOB_STATUSES : [status];
    for (;;) {
      const before = rows.at(-1)?.job_id ?? beforeJobId;
      const count = Math.min(BATCH, limit - rows.length);
      const page = await this.#scripts.run(
        LIST,
        before === undefined ? "+inf" : `(${before}`,
        count,
        jobType ?? "",
        ...statuses,
      );
      const found = (page as readonly Reply[]).map(jobRowOf);
      rows.push(...found);
      if (found.length < count || rows.length >= limit) return rows;
    }
  }

  async count(): Promise<JobCounts> {
    const [counts, pending] = (await this.#scripts.run(COUNT, ...JOB_STATUSES)) as [number[], Reply];
    return {
      byStatus: Object.fromEntries(JOB_STATUSES.map((status, at) => [status, counts[at] ?? 0])) as Record<
        JobStatus,
        number
      >,
      pendingByNeeds: Object.entries(fieldsOf(pending))
        .map(([needs, jobs]) => ({ needs, jobs: Number(jobs) }))
        .filter(({ jobs }) => jobs > 0)
        .sort((one, other) => (one.needs < other.needs ? -1 : 1)),
    };
  }

  async prune(finalForMs: number): Promise<number> {
    let removed = 0;
    for (;;) {
      const batch = Number(await this.#scripts.run(PRUNE, finalForMs, BATCH));
      removed += batch;
      if (batch < BATCH) return removed;
    }
  }
}
