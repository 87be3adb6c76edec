import { seededRandom } from "@spawn/foundation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NewJobRow } from "../job-store.js";
import { type RedisServerUnderTest, redisIsMissing, startRedis } from "../testing/redis-server.js";
import { redisUnderTest } from "../testing/redis-under-test.js";

const JOBS = process.env.SPAWN_LONG === "1" ? 10_000 : 400;
const WORKERS = 10;

describe.skipIf(redisIsMissing())("the order of claims", () => {
  let server: RedisServerUnderTest;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  type Made = Pick<NewJobRow, "needs" | "priority">;

  /** @returns for each claim, how many jobs of a higher priority could have been claimed then. */
  async function overtaken(jobs: readonly Made[], workers: number): Promise<readonly number[]> {
    const { store, openAnother, close } = await redisUnderTest(server.url);
    const left = new Map<number, number>();
    for (const job of jobs) {
      const jobId = await store.insertJob({ job_type: "training", config: "{}", max_retries: 0, ...job });
      left.set(jobId, job.priority);
    }
    const needs = [...new Set(jobs.map((job) => job.needs))];
    const found: number[] = [];
    const work = async (worker: number): Promise<void> => {
      const own = await openAnother();
      for (;;) {
        const result = await own.claimJob({ workerId: `worker-${worker}`, leaseMs: 60_000, needs });
        if (result.kind === "nothing") return;
        left.delete(result.row.job_id);
        found.push([...left.values()].filter((priority) => priority > result.row.priority).length);
      }
    };
    await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
    await close();
    expect(found).toHaveLength(jobs.length);
    return found;
  }

  function mixed(needs: readonly string[]): readonly Made[] {
    const random = seededRandom(5);
    return Array.from({ length: JOBS }, () => ({
      needs: needs[Math.floor(random.next() * needs.length)] as string,
      priority: 1 + Math.floor(random.next() * 10),
    }));
  }

  it("is by priority, 10 first, when one worker claims", async () => {
    expect(Math.max(...(await overtaken(mixed(["command", "queue"]), 1)))).toBe(0);
  });

  it.each<[string, readonly Made[]]>([
    ["jobs that need the same", mixed(["command"])],
    ["jobs that need different things", mixed(["command", "queue", "type:training"])],
    [
      "one urgent job among many that are not, beside others",
      [
        { needs: "command", priority: 10 },
        ...Array.from({ length: 50 }, () => ({ needs: "command", priority: 1 })),
        ...Array.from({ length: 50 }, () => ({ needs: "queue", priority: 9 })),
      ],
    ],
  ])(
    "with several workers and %s, a claim overtakes no more jobs than there are workers",
    async (_, jobs) => {
      expect(Math.max(...(await overtaken(jobs, WORKERS)))).toBeLessThan(WORKERS);
    },
  );
});
