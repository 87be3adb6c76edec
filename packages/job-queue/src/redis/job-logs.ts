import type { Redis } from "ioredis";
import type { JobLogRow, LogLevel } from "../job-log.js";
import type { NewJobLog } from "../job-store.js";
import { type Scripts, script } from "./scripts.js";
import { momentOf } from "./stored-job.js";

const BATCH = 1_000;

const APPEND = script(`
local id, level, message, token = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local key = P .. ':job:' .. id
if call('EXISTS', key) == 0 or (token ~= '' and call('HGET', key, 'token') ~= token) then return 0 end
tell()
return log(id, level, message)
`);

/** `<log id> <ms> <level> <message>` */
const STORED = /^(\d+) (\d+) (\S+) (.*)$/s;

/** The messages of jobs: of each job a sorted set, by their ids. */
export class JobLogs {
  readonly #client: Redis;
  readonly #scripts: Scripts;

  constructor(client: Redis, scripts: Scripts) {
    this.#client = client;
    this.#scripts = scripts;
  }

  /** @returns `undefined` when there is no such job, or not under this lease. */
  async append({ jobId, level, message, lease }: NewJobLog): Promise<number | undefined> {
    const logId = Number(await this.#scripts.run(APPEND, jobId, level, message, lease?.token ?? ""));
    return logId === 0 ? undefined : logId;
  }

  async list(jobId: number, afterLogId: number, limit: number): Promise<readonly JobLogRow[]> {
    const key = `${this.#scripts.prefix}:log:${jobId}`;
    const rows: JobLogRow[] = [];
    for (;;) {
      const after = `(${rows.at(-1)?.log_id ?? afterLogId}`;
      const count = Math.min(BATCH, limit - rows.length);
      const page = await this.#client.zrangebyscore(key, after, "+inf", "LIMIT", 0, count);
      rows.push(...page.map((stored) => rowOf(jobId, stored)));
      if (page.length < count || rows.length >= limit) return rows;
    }
  }
}

function rowOf(jobId: number, stored: string): JobLogRow {
  const [, logId, ms, level, message] = STORED.exec(stored) as string[];
  return {
    log_id: Number(logId),
    job_id: jobId,
    timestamp: momentOf(ms) as string,
    level: level as LogLevel,
    message: message as string,
  };
}
