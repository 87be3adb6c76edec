import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RedisServerUnderTest, redisIsMissing, startRedis } from "../testing/redis-server.js";
import { RedisJobStore } from "./redis-job-store.js";

const job = { job_type: "training", config: "{}", priority: 5, max_retries: 3, needs: "type:training" };

describe.skipIf(redisIsMissing())("a server that goes away", () => {
  let server: RedisServerUnderTest;
  let store: RedisJobStore;
  beforeEach(async () => {
    server = await startRedis(["--appendonly", "yes", "--appendfsync", "always"]);
    store = await RedisJobStore.open({ url: server.url });
  });
  afterEach(async () => {
    await store.close();
    await server.stop();
  });

  const claimed = async (leaseMs: number) => {
    const result = await store.claimJob({ workerId: "worker-01", leaseMs });
    if (result.kind === "nothing") throw new Error("there is nothing to claim");
    return result;
  };

  it("fails commands, clearly and soon; once it is back, what was claimed can be ended", async () => {
    const jobId = await store.insertJob(job);
    const { lease } = await claimed(60_000);
    await server.kill();
    const asked = performance.now();
    for (const work of [
      store.settleJob(lease, { kind: "completed" }),
      store.claimJob({ workerId: "worker-01", leaseMs: 1_000 }),
    ]) {
      await expect(work).rejects.toMatchObject({
        code: "store-failed",
        message: expect.stringContaining("cannot be reached"),
      });
    }
    expect(performance.now() - asked).toBeLessThan(15_000);
    await server.start();
    expect(await store.settleJob(lease, { kind: "completed" })).toBe(true);
    expect(await store.findJob(jobId)).toMatchObject({ status: "completed" });
    expect(await store.claimJob({ workerId: "worker-01", leaseMs: 1_000 })).toEqual({ kind: "nothing" });
  });

  it("ends no lease that nobody else took meanwhile, and calls those who watch", async () => {
    await store.insertJob(job);
    const { lease } = await claimed(500);
    const heard: string[] = [];
    store.keepLease(lease, 500, {
      onCancelRequested: () => heard.push("cancel"),
      onLost: () => heard.push("lost"),
    });
    await server.kill();
    await pause(1_500);
    const told = new Promise<void>((resolve) => {
      store.watch(resolve);
    });
    await server.start();
    await told;
    await expect.poll(() => store.renewLease(lease, 500), { timeout: 10_000 }).toBe("held");
    await store.cancelJob(lease.jobId);
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual(["cancel"]);
    expect(await store.settleJob(lease, { kind: "cancelled" })).toBe(true);
  });
});

describe.skipIf(redisIsMissing())("a lease", () => {
  it("is kept while this thread is busy", async () => {
    const server = await startRedis();
    const store = await RedisJobStore.open({ url: server.url });
    await store.insertJob(job);
    const result = await store.claimJob({ workerId: "worker-01", leaseMs: 600 });
    if (result.kind === "nothing") throw new Error("there is nothing to claim");
    const stop = store.keepLease(result.lease, 600, { onCancelRequested: () => {}, onLost: () => {} });
    // From when the thread is connected, it does not depend on this one.
    const client = new Redis(server.url);
    await expect.poll(() => client.client("LIST"), { timeout: 20_000 }).toContain("name=spawn-leases");
    client.disconnect();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
    expect(await store.recoverJobs()).toBe(0);
    expect(await store.settleJob(result.lease, { kind: "completed" })).toBe(true);
    stop();
    await store.close();
    await server.stop();
  });
});
