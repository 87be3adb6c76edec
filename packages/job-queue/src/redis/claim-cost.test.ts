import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newJob } from "../testing/contract-helpers.js";
import { type RedisServerUnderTest, redisIsMissing, startRedis } from "../testing/redis-server.js";
import { redisUnderTest } from "../testing/redis-under-test.js";

const RUNNING = 100;
const CLAIMS = 50;

describe.skipIf(redisIsMissing())("a claim beside many running jobs", () => {
  let server: RedisServerUnderTest;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  it("does not look at each of them", async () => {
    const { store, close } = await redisUnderTest(server.url);
    const claim = () => store.claimJob({ workerId: "worker-01", leaseMs: 600_000 });
    for (let each = 0; each < RUNNING + CLAIMS; each += 1) await store.insertJob(newJob());
    for (let each = 0; each < RUNNING; each += 1) expect(await claim()).toMatchObject({ kind: "claimed" });

    const client = new Redis(server.url);
    await client.config("RESETSTAT");
    for (let each = 0; each < CLAIMS; each += 1) expect(await claim()).toMatchObject({ kind: "claimed" });
    const [, looks = "0"] = /cmdstat_pttl:calls=(\d+)/.exec(await client.info("commandstats")) ?? [];
    client.disconnect();
    await close();
    // Each claim asks for its own lock's end; all are looked at when ten seconds have passed.
    expect(Number(looks)).toBeLessThan(2 * CLAIMS + 2 * (RUNNING + CLAIMS));
  });
});
