import type { WorkerRow } from "../job-store.js";
import { type Scripts, script } from "./scripts.js";
import { fieldsOf } from "./stored-job.js";

/** Removes the workers that are neither reported nor have a claim that holds; answers with the others. */
const LIVE = `
local busy
local function is_busy(worker)
  if busy == nil then
    busy = {}
    for _, job_type in ipairs(call('SMEMBERS', P .. ':types')) do
      for _, id in ipairs(call('ZRANGE', index_of('running', job_type), 0, -1)) do
        local job = call('HMGET', P .. ':job:' .. id, 'worker_id', 'queue', 'ticket')
        if call('EXISTS', lock_of(job[2], job[3])) == 1 then busy[job[1]] = true end
      end
    end
  end
  return busy[worker]
end
for _, worker in ipairs(call('ZRANGEBYSCORE', P .. ':workers', '-inf', int(now))) do
  if not is_busy(worker) then
    call('ZREM', P .. ':workers', worker)
    call('HDEL', P .. ':worker-needs', worker)
  end
end
`;

const REPORT = script(`
${LIVE}
call('ZADD', P .. ':workers', int(now + ARGV[3]), ARGV[1])
call('HSET', P .. ':worker-needs', ARGV[1], ARGV[2])
`);

const FORGET = script(`
call('ZREM', P .. ':workers', ARGV[1])
call('HDEL', P .. ':worker-needs', ARGV[1])
`);

const LIST = script(`
${LIVE}
return call('HGETALL', P .. ':worker-needs')
`);

/** Which workers are there, and what they can do. */
export class Workers {
  readonly #scripts: Scripts;

  constructor(scripts: Scripts) {
    this.#scripts = scripts;
  }

  async report({ worker_id, needs }: WorkerRow, forMs: number): Promise<void> {
    await this.#scripts.run(REPORT, worker_id, JSON.stringify(needs), forMs);
  }

  async forget(workerId: string): Promise<void> {
    await this.#scripts.run(FORGET, workerId);
  }

  async list(): Promise<readonly WorkerRow[]> {
    const found = fieldsOf(await this.#scripts.run(LIST));
    return Object.entries(found)
      .map(([worker_id, needs]) => ({ worker_id, needs: JSON.parse(needs) as string[] | null }))
      .sort((one, other) => (one.worker_id < other.worker_id ? -1 : 1));
  }
}
