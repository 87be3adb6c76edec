import { Redis } from "ioredis";
import { JOB_STATUSES } from "../job.js";

type Fields = Readonly<Record<string, string>>;

export interface RedisFindings {
  /** What is wrong, a line each. */
  readonly disorder: readonly string[];
  /** What BullMQ has of jobs: its tickets. */
  readonly tickets: readonly string[];
}

/** Looks at a job queue in Redis that nobody is at. Its keys, BullMQ's included, are read as they are. */
export async function lookIntoRedis(url: string, prefix: string): Promise<RedisFindings> {
  const client = new Redis(url);
  try {
    return {
      disorder: await disorder(client, `{${prefix}}`),
      tickets: await client.keys(`{${prefix}}:q:*-*`),
    };
  } finally {
    client.disconnect();
  }
}

async function disorder(client: Redis, prefix: string): Promise<readonly string[]> {
  const keys = await client.keys(`${prefix}:*`);
  const wrong: string[] = [];
  const pending: Record<string, number> = {};
  const indexed = new Map<string, string>();
  for (const key of keys.filter((each) => each.startsWith(`${prefix}:index:`))) {
    for (const id of await client.zrange(key, "0", "-1")) {
      if (indexed.has(id)) wrong.push(`job ${id} is in two indexes`);
      indexed.set(id, key.slice(`${prefix}:index:`.length));
    }
  }
  const outbox = new Set(await client.zrange(`${prefix}:outbox`, "0", "-1"));
  const final = new Set(await client.zrange(`${prefix}:final`, "0", "-1"));
  for (const key of keys.filter((each) => each.startsWith(`${prefix}:job:`))) {
    const id = key.slice(`${prefix}:job:`.length);
    const job: Fields = await client.hgetall(key);
    if (!(JOB_STATUSES as readonly string[]).includes(job.status ?? ""))
      wrong.push(`job ${id} is ${job.status}`);
    if (indexed.get(id) !== `${job.status}:${job.job_type}`) wrong.push(`job ${id} is not in its index`);
    indexed.delete(id);
    if (final.delete(id) !== (job.completed_at !== undefined))
      wrong.push(`job ${id} is not among the final ones`);
    if ((job.status === "running") !== (job.token !== undefined)) wrong.push(`job ${id}'s claim`);
    const place = await placeOf(client, `${prefix}:q:${job.queue}`, job.ticket as string);
    if (job.status === "pending") {
      pending[job.needs as string] = (pending[job.needs as string] ?? 0) + 1;
      if (place === undefined && !outbox.has(id)) wrong.push(`pending job ${id} has no ticket`);
    }
    if (job.status === "running" && place !== "active") wrong.push(`running job ${id} has no ticket`);
  }
  for (const id of [...indexed.keys(), ...final]) wrong.push(`there is no job ${id}`);
  for (const [needs, jobs] of Object.entries(await client.hgetall(`${prefix}:pending`))) {
    if (Number(jobs) !== (pending[needs] ?? 0)) wrong.push(`${jobs} pending jobs are counted for ${needs}`);
  }
  return wrong;
}

async function placeOf(client: Redis, queue: string, ticket: string): Promise<string | undefined> {
  if ((await client.lpos(`${queue}:active`, ticket)) !== null) return "active";
  for (const place of ["prioritized", "delayed"]) {
    if ((await client.zscore(`${queue}:${place}`, ticket)) !== null) return place;
  }
  return (await client.lpos(`${queue}:wait`, ticket)) === null ? undefined : "wait";
}
