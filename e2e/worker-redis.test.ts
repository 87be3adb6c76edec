import { afterEach, beforeEach, describe, expect } from "vitest";
import {
  type RedisServerUnderTest,
  redisIsMissing,
  startRedis,
} from "../packages/job-queue/src/testing/redis-server.js";
import { JobsRig } from "./jobs-rig.js";
import { test } from "./rig-test.js";

const isMissing = redisIsMissing();
let server: RedisServerUnderTest;

beforeEach(async () => {
  if (!isMissing) server = await startRedis(["--appendonly", "yes"]);
});
afterEach(() => server?.stop());

describe.skipIf(isMissing)("with --redis", { timeout: 180_000 }, () => {
  test("the session is the same: submit, run, look, cancel, retry, schedule", async ({ rig }) => {
    const queue = new JobsRig(rig, ["--redis", server.url]);
    const id = await queue.submit({ command: "echo hello; echo careful >&2" }, "--priority", "7");
    const low = await queue.submit({ command: "touch low" }, "--priority", "1");
    expect(await queue.states()).toEqual([`${id} pending`, `${low} pending`]);
    const worker = await queue.spawn("worker", "--worker-id", "worker-01", "--max-jobs", "1");
    expect(worker.code, worker.stderr).toBe(0);
    expect(await queue.over(id)).toMatchObject({
      status: "completed",
      worker_id: "worker-01",
      priority: 7,
      retry_count: 0,
    });
    const log = (await queue.jobs("logs", String(id))).stdout;
    expect(log).toMatch(/INFO: hello$/m);
    expect(log).toMatch(/WARNING: careful$/m);
    expect((await queue.jobs("cancel", String(low))).stdout).toBe(`✅ Cancelled job ${low}\n`);
    expect((await queue.jobs("retry", String(low))).stdout).toContain(`✅ Job ${low} reset to pending`);
    expect((await queue.jobs("stats")).stdout).toMatch(/Pending: +1\n[\s\S]*Completed: +1\n/);
    const created = await queue.jobs(
      ...["schedule", "create", "--name", "s", "--type", "t", "--expr", "0 2 * * *", "--config", "{}"],
    );
    expect(created.stdout).toContain("✅ Created schedule 's' with ID=1");
    expect((await queue.jobs("schedule", "list")).stdout).toMatch(/^1 +s +t +0 2 \* \* \* +✓/m);
    const backup = await queue.jobs("backup", "copy.db");
    expect(backup.code).toBe(2);
    expect(backup.stderr).toContain("redis-cli --rdb");
    expect((await queue.jobs("show", "99")).code).toBe(3);
  });

  test("a worker that is killed loses its queue to another, which follows it; logs -f sees it end", async ({
    rig,
  }) => {
    const queue = new JobsRig(rig, ["--redis", server.url]);
    const gate = rig.gate("step");
    const jobs = [{ job_id: "train", command: gate.command }];
    const id = await queue.submit({ queue: rig.queue({ queue_id: "nightly", jobs }) });
    const killed = await queue.worker(["--worker-id", "worker-01"]);
    await gate.reached();
    const log = queue.follow(id);
    await log.line(/Launched queue nightly on local-/);
    killed.signal("SIGKILL");
    await killed.result;
    const next = await queue.worker(["--worker-id", "worker-02", "--max-jobs", "1"]);
    gate.open();
    expect((await log.result).stdout).toMatch(
      /worker-01 was lost[\s\S]*Goes on with queue nightly on local-/,
    );
    expect((await next.result).code).toBe(0);
    expect(await queue.job(id)).toMatchObject({
      status: "completed",
      worker_id: "worker-02",
      retry_count: 0,
    });
    expect(rig.instances).toHaveLength(1);
    expect(rig.leftovers()).toEqual([]);
  });

  test("a running command is cancelled, and a stopped worker hands its job back", async ({ rig }) => {
    const queue = new JobsRig(rig, ["--redis", server.url]);
    const [first, second] = [rig.gate("first"), rig.gate("second")];
    const id = await queue.submit({ command: `sleep 1000 & ${first.command}` });
    const worker = await queue.worker(["--grace", "100ms"]);
    await first.reached();
    await queue.jobs("cancel", String(id));
    expect(await queue.over(id)).toMatchObject({ status: "cancelled" });
    const other = await queue.submit({ command: second.command });
    await second.reached();
    worker.signal("SIGTERM");
    expect((await worker.result).code).toBe(0);
    expect(await queue.job(other)).toMatchObject({ status: "pending", retry_count: 0 });
    expect(rig.leftovers()).toEqual([]);
  });

  test("a server that is not there: exit 1, with what to do", async ({ rig }) => {
    await server.kill();
    const queue = new JobsRig(rig, ["--redis", server.url]);
    for (const args of [
      ["jobs", "list"],
      ["worker", "--max-jobs", "1"],
    ]) {
      const { code, stderr } = await queue.spawn(...args);
      expect(code, stderr).toBe(1);
      expect(stderr).toMatch(/Redis/);
      expect(stderr).not.toMatch(/^ {4}at |internal error/m);
    }
  });
});
