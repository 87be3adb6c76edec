import { systemRandom } from "@spawn/foundation";
import * as bullmq from "bullmq";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClaimResult } from "../job-store.js";
import { lookIntoRedis } from "../testing/redis-invariants.js";
import { type RedisServerUnderTest, redisIsMissing, startRedis } from "../testing/redis-server.js";
import { type Tables, tablesOf } from "./tables.js";

const job = { job_type: "training", config: "{}", priority: 5, max_retries: 3, needs: "type:training" };

/** More commands than any of the stories has. */
const MOST_COMMANDS = 40;

async function claimed(tables: Tables): Promise<Extract<ClaimResult, { kind: "claimed" }>> {
  const result = await tables.claims.claim({ workerId: "worker-01", leaseMs: 60_000 });
  if (result.kind === "nothing") throw new Error("there is nothing to claim");
  return result;
}

/** What is done by somebody who is killed on the way. */
const STORIES: Readonly<Record<string, (tables: Tables) => Promise<unknown>>> = {
  "completes a job": async ({ jobs, claims, leases, ...others }) => {
    await jobs.insert(job);
    const { lease } = await claimed({ jobs, claims, leases, ...others });
    await leases.settle(lease, { kind: "completed" });
    await leases.close();
  },
  "lets a job be retried, now and later": async (tables) => {
    await tables.jobs.insert(job);
    for (const delayMs of [0, 60_000]) {
      const { lease } = await claimed(tables);
      await tables.leases.settle(lease, { kind: "retrying", errorMessage: "exit 1", delayMs });
    }
  },
  "hands a job back": async (tables) => {
    await tables.jobs.insert(job);
    await tables.leases.settle((await claimed(tables)).lease, { kind: "released" });
  },
  "takes a job back": async (tables) => {
    const jobId = await tables.jobs.insert(job);
    await claimed(tables);
    await tables.changes.takeBack(jobId);
  },
  "cancels a job and retries it": async (tables) => {
    const jobId = await tables.jobs.insert(job);
    await tables.changes.cancel(jobId);
    await tables.changes.retry(jobId);
    await claimed(tables);
  },
  "fires a schedule": async (tables) => {
    const schedule = { ...job, name: "nightly", schedule_expr: "0 2 * * *", timezone: "UTC" };
    const next_run = "2026-01-28T02:00:00.000Z";
    const row = await tables.schedules.insert({ ...schedule, next_run, missed_slots: "run-all" } as never);
    const scheduleId = row?.schedule_id as number;
    const nextRun = "2026-01-29T02:00:00.000Z";
    await tables.schedules.fire({
      scheduleId,
      expectedNextRun: next_run,
      slots: [next_run, nextRun],
      nextRun,
      job,
    });
    await claimed(tables);
  },
};

describe.skipIf(redisIsMissing())("who is cut off after any command", () => {
  let server: RedisServerUnderTest;
  let client: Redis;
  let opened = 0;
  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.url);
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  /** Tells the story until the connection has carried so many commands. @returns whether it came to its end. */
  async function tell(
    story: (tables: Tables) => Promise<unknown>,
    prefix: string,
    commands: number,
  ): Promise<boolean> {
    const cut = new Redis(server.url);
    await cut.ping();
    const tables = tablesOf(bullmq, cut, prefix, systemRandom());
    const send = cut.sendCommand.bind(cut);
    let left = commands;
    let over = (): void => {};
    const isCut = new Promise<false>((resolve) => {
      over = () => resolve(false);
    });
    cut.sendCommand = (...args) => {
      left -= 1;
      if (left >= 0) return send(...args);
      over();
      return new Promise(() => {});
    };
    const ended = story(tables).then(() => true as const);
    const result = await Promise.race([ended, isCut]);
    cut.disconnect();
    return result;
  }

  /** As if the leases, the moments of moving, and the waits of retries had passed. */
  async function letTimePass(prefix: string): Promise<void> {
    for (const lock of await client.keys(`${prefix}:q:*:lock`)) await client.del(lock);
    await client.del(`${prefix}:looks`);
    for (const id of await client.zrange(`${prefix}:outbox`, "0", "-1"))
      await client.zadd(`${prefix}:outbox`, 0, id);
    for (const key of await client.keys(`${prefix}:job:*`)) await client.hdel(key, "not_before");
    for (const key of await client.keys(`${prefix}:q:*:delayed`)) {
      for (const ticket of await client.zrange(key, "0", "-1")) await client.zadd(key, 1, ticket);
    }
  }

  it.each(Object.entries(STORIES))("%s: leaves nothing that others cannot finish", async (_, story) => {
    for (let commands = 1; commands < MOST_COMMANDS; commands += 1) {
      const name = `cut-${++opened}`;
      const prefix = `{${name}}`;
      const isTold = await tell(story, prefix, commands);
      const others = tablesOf(bullmq, client, prefix, systemRandom());
      for (;;) {
        await letTimePass(prefix);
        const result = await others.claims.claim({ workerId: "worker-02", leaseMs: 60_000 });
        if (result.kind === "nothing") break;
        expect(await others.leases.settle(result.lease, { kind: "completed" })).toBe(true);
      }
      await others.leases.close();
      const { byStatus } = await others.jobs.count();
      expect(byStatus).toMatchObject({ pending: 0, running: 0, failed: 0 });
      expect(await lookIntoRedis(server.url, name)).toEqual({ disorder: [], tickets: [] });
      await others.tickets.close();
      if (isTold) return;
    }
    throw new Error("the story is longer than was thought");
  });
});
