import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect } from "vitest";
import { motoIsMissing } from "../packages/result-store/src/testing/moto-server.js";
import { Ec2JobsRig, SLOW_MS, TRAIN } from "./ec2-jobs-rig.js";
import { EmulatedAws } from "./emulated-aws.js";
import { test as withRig } from "./rig-test.js";

const test = withRig.extend<{ queue: Ec2JobsRig }>({
  queue: async ({ rig }, use) => {
    const queue = new Ec2JobsRig(rig, aws);
    await use(queue);
    await queue.endMachine();
  },
});

const isMissing = motoIsMissing();
let aws: EmulatedAws;

beforeAll(async () => {
  if (!isMissing) aws = await EmulatedAws.start();
});
beforeEach(() => aws?.reset());
afterAll(() => aws?.stop());

describe.skipIf(isMissing)("a job whose queue runs on EC2", { timeout: 180_000 }, () => {
  test("is launched as by spawn launch, and stands as its queue stands in the store", async ({ queue }) => {
    const id = await queue.submitQueue();
    expect((await queue.job(id)).config).toMatchObject({
      provider: "ec2",
      instance_type: ["t3.micro"],
      region: "us-east-1",
      ttl: "30m",
    });
    const log = queue.follow(id);
    const worker = await queue.worker(["--max-jobs", "1"]);
    await log.line(
      /INFO: Launched queue nightly-1-[0-9a-f]{10} on i-[0-9a-f]+ \(t3\.micro in us-east-1a, on-demand\)/,
      SLOW_MS,
    );
    const [made, ...others] = await queue.instances();
    expect(others).toEqual([]);
    expect(made?.tags).toMatchObject({
      "spawn:ttl": "30m",
      "spawn:job": expect.stringMatching(/^1-[0-9a-f]{10}\/1$/),
    });
    const machine = await queue.boot(made);
    await machine.untilMark("begun");
    await log.line(/INFO: running: 0 of 1 jobs completed \(train\)/, SLOW_MS);
    writeFileSync(machine.mark("go"), "");
    const said = await worker.result;
    expect(said.code, said.stderr).toBe(0);
    expect(await queue.job(id)).toMatchObject({ status: "completed", retry_count: 0 });
    expect((await log.result).stdout).toMatch(/INFO: completed: 1 of 1 jobs completed/);
    const queueId = made?.tags["spawn:queue-id"] ?? "";
    expect((await queue.jobs("show", String(id))).stderr).toContain(
      `Its queue: spawn queue status ${queueId}\n`,
    );
    const status = await queue.spawn("queue", "status", queueId);
    expect(status.stdout).toContain("Status: completed");
  });

  test("is followed by the next worker when its own is killed: no second instance", async ({ queue }) => {
    const { id, machine } = await queue.orphan();
    queue.endLeases();
    const next = await queue.worker(["--worker-id", "worker-02", "--max-jobs", "1"]);
    await queue.follow(id).line(/INFO: Goes on with queue nightly-1-\w+ on i-/, SLOW_MS);
    writeFileSync(machine.mark("go"), "");
    expect((await next.result).code).toBe(0);
    expect(await queue.job(id)).toMatchObject({
      status: "completed",
      worker_id: "worker-02",
      retry_count: 0,
    });
    expect(await queue.instances()).toHaveLength(1);
  });

  test("whose worker is killed while it launches: what there is of it is ended, and it is launched once more", async ({
    queue,
  }) => {
    const id = await queue.submitQueue();
    const killed = await queue.worker();
    // The instance is there by then, and nothing that is known of it is recorded but the intent.
    aws.proxy.fault = ({ operation }) => {
      if (operation !== "CreateSchedule") return undefined;
      killed.signal("SIGKILL");
      return { kind: "lose-call" };
    };
    await killed.result;
    aws.proxy.fault = () => undefined;
    const [half] = await queue.instances();
    expect(half?.state).toBe("running");
    queue.endLeases();
    const next = await queue.worker(["--max-jobs", "1"]);
    const log = queue.follow(id);
    await log.line(/WARNING: Ended what was left of a launch whose worker was killed/, SLOW_MS);
    await log.line(/INFO: Launched queue /, SLOW_MS);
    const all = await queue.instances();
    expect(all.map(({ state }) => state).sort()).toEqual(["running", "terminated"]);
    const whole = all.find(({ state }) => state === "running");
    expect(whole?.tags["spawn:queue-id"]).toBe(half?.tags["spawn:queue-id"]);
    const machine = await queue.boot(whole);
    writeFileSync(machine.mark("go"), "");
    expect((await next.result).code).toBe(0);
    expect(await queue.job(id)).toMatchObject({ status: "completed", retry_count: 0 });
  });

  test("is not launched twice when its worker sleeps in the middle of the launch, and wakes up", async ({
    queue,
  }) => {
    const id = await queue.submitQueue();
    const asleep = await queue.worker(["--worker-id", "worker-01", "--max-jobs", "1"]);
    await new Promise<void>((resolve) => {
      aws.proxy.fault = ({ operation }) => {
        if (operation !== "CreateSchedule") return undefined;
        asleep.signal("SIGSTOP");
        aws.proxy.fault = () => undefined;
        resolve();
        return undefined;
      };
    });
    queue.endLeases();
    const next = await queue.worker(["--worker-id", "worker-02", "--max-jobs", "1"]);
    await queue.follow(id).line(/INFO: Goes on with queue nightly-1-\w+ on i-/, SLOW_MS);
    asleep.signal("SIGCONT");
    await asleep.line(/job 1 \(training\) was lost to another worker/, SLOW_MS);
    const [made, ...others] = await queue.instances();
    expect(others).toEqual([]);
    const machine = await queue.boot(made);
    writeFileSync(machine.mark("go"), "");
    expect((await next.result).code).toBe(0);
    expect(await queue.job(id)).toMatchObject({
      status: "completed",
      worker_id: "worker-02",
      retry_count: 0,
    });
  });

  test("is cancelled there when the job is", async ({ queue }) => {
    const { id, worker } = await queue.begin(["--max-jobs", "1"]);
    await queue.jobs("cancel", String(id));
    expect(await queue.over(id)).toMatchObject({
      status: "cancelled",
      error_message: expect.stringMatching(/^queue nightly-1-\w+ was cancelled$/),
    });
    expect((await worker.result).code).toBe(0);
  });

  test("is cancelled there by the next worker when its own was killed", async ({ queue }) => {
    const { id, machine } = await queue.orphan();
    await queue.jobs("cancel", String(id));
    queue.endLeases();
    const next = await queue.worker();
    await next.line(
      /^Cancelling queue nightly-1-\w+: its job was cancelled while its worker was gone\.$/,
      SLOW_MS,
    );
    await machine.ended();
    const status = await queue.spawn("queue", "status", machine.queueId);
    expect(status.stdout).toContain("Status: cancelled");
    expect(await queue.job(id)).toMatchObject({ status: "cancelled" });
    next.signal("SIGTERM");
    expect((await next.result).code).toBe(0);
  });

  test("goes on while AWS cannot be asked, also for a worker that takes it over then", async ({ queue }) => {
    const { id, machine } = await queue.orphan();
    queue.endLeases();
    aws.refuse("ExpiredToken", "The security token included in the request is expired", 403);
    const next = await queue.worker(["--max-jobs", "1"]);
    const log = queue.follow(id);
    await log.line(/WARNING: .*credentials have expired.*; asking again/, SLOW_MS);
    aws.proxy.fault = () => undefined;
    await log.line(/INFO: Goes on with queue /, SLOW_MS);
    writeFileSync(machine.mark("go"), "");
    expect((await next.result).code).toBe(0);
    expect(await queue.job(id)).toMatchObject({ status: "completed", retry_count: 0 });
  });

  test("goes on on a new instance after a spot interruption, and uses up no retry", async ({ queue }) => {
    const { id, worker, instance: first, machine } = await queue.begin(["--max-jobs", "1"]);
    const log = queue.follow(id);
    const time = new Date(Date.now() + 120_000).toISOString();
    machine.imds.values.set("meta-data/spot/instance-action", JSON.stringify({ action: "terminate", time }));
    await log.line(/INFO: interrupted: 0 of 1 jobs completed/, SLOW_MS);
    await queue.terminate(first);
    await log.line(
      /INFO: queue nightly-1-\w+ was interrupted \(spot interruption\): it goes on, on a new instance/,
      SLOW_MS,
    );
    await log.line(/INFO: Resumed queue /, SLOW_MS);
    const second = (await queue.instances()).find(({ state }) => state === "running");
    expect(second?.tags["spawn:queue-id"]).toBe(first?.tags["spawn:queue-id"]);
    const resume = { rerun: [], trust_completed: false };
    const next = await queue.boot(second, { generation: 2, resume });
    await next.untilMark("begun");
    writeFileSync(next.mark("go"), "");
    expect((await worker.result).code).toBe(0);
    expect(await queue.job(id)).toMatchObject({ status: "completed", retry_count: 0 });
    expect(await queue.instances()).toHaveLength(2);
  });

  test("that comes to its instance's deadline has failed, and says how to go on", async ({ queue }) => {
    const life = { lifeMs: 15_000 };
    const { id, worker, instance, machine } = await queue.begin(["--max-jobs", "1"], life);
    await machine.ended();
    await queue.terminate(instance);
    expect((await worker.result).code).toBe(0);
    const job = await queue.job(id);
    expect(job).toMatchObject({ status: "failed", retry_count: 0 });
    expect(job.error_message).toMatch(
      /^queue nightly-1-\w+ was interrupted \(the instance reached its deadline\)\nGo on .*: spawn queue resume nightly-1-/,
    );
  });

  test("of an instance type that is none fails for good, and makes nothing", async ({ queue }) => {
    const config = { queue: queue.rig.queue({ jobs: [TRAIN] }), instance_type: "t3.mirco" };
    const id = await queue.submit(config);
    await queue.spawn("worker", "--max-jobs", "1");
    const job = await queue.job(id);
    expect(job).toMatchObject({ status: "failed", retry_count: 0 });
    expect(job.error_message).toContain("no instance type t3.mirco");
    expect(await queue.instances()).toEqual([]);
  });

  test("is refused at once when its options are wrong", async ({ queue }) => {
    const file = queue.rig.queue({ jobs: [TRAIN] });
    const cases: readonly (readonly [string, object])[] = [
      ['ttl is "soon"', { ttl: "soon" }],
      ['no policy "s3:readonly"', { iam_policy: "s3:readonly" }],
      ["spot_max_price is for a spot instance", { spot_max_price: 0.05 }],
      ["Did you mean volume_size?", { volume_siz: 50 }],
      ['"us-east" is no AWS region', { region: "us-east" }],
    ];
    for (const [message, more] of cases) {
      const config = JSON.stringify({ queue: file, instance_type: "t3.micro", ...more });
      const { code, stderr } = await queue.jobs("submit", "--type", "t", "--config", config);
      expect(stderr).toContain(message);
      expect(code, stderr).toBe(2);
    }
    const none = JSON.stringify({ queue: file, provider: "ec2" });
    const untyped = await queue.jobs("submit", "--type", "t", "--config", none);
    expect(untyped).toMatchObject({ code: 2, stderr: expect.stringContaining("which instance type") });
    expect(aws.proxy.calls).toEqual([]);
  });
});
