import { writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from "vitest";
import { motoIsMissing } from "../packages/result-store/src/testing/moto-server.js";
import { AgentRig } from "./agent-rig.js";
import type { CliRig } from "./cli-rig.js";
import { EmulatedAws, runnerStandIn } from "./emulated-aws.js";
import { JobsRig } from "./jobs-rig.js";
import { test } from "./rig-test.js";
import { RUNNER_PROGRAMS, type RunnerProgram } from "./runner-programs.js";

const BUCKET = "spawn-results-us-east-1";
const LIFE_MS = 30 * 60_000;
const TRAIN = {
  job_id: "train",
  command: 'echo begun; : > "$MARKS/begun"; until [ -e "$MARKS/go" ]; do sleep 0.05; done',
};

const isMissing = motoIsMissing();
const program = RUNNER_PROGRAMS[0] as RunnerProgram;
let aws: EmulatedAws;
let agent: AgentRig | undefined;

beforeAll(async () => {
  if (!isMissing) aws = await EmulatedAws.start();
});
beforeEach(() => aws?.reset());
afterEach(async () => {
  await agent?.remove();
  agent = undefined;
});
afterAll(() => aws?.stop());

/** A job whose queue is to run on EC2, and what commands need to get there. */
async function submitted(rig: CliRig, ...args: readonly string[]) {
  const env = { ...aws.env, SPAWN_RUNNER: runnerStandIn(rig.home) };
  const queue = new JobsRig(rig, [], env);
  const config = {
    queue: rig.queue({ queue_id: "nightly", jobs: [TRAIN] }),
    instance_type: "t3.micro",
    ttl: "30m",
  };
  const id = await queue.submit(config, ...args);
  return { queue, id };
}

interface MadeInstance {
  readonly id: string;
  readonly state: string;
  readonly tags: Readonly<Record<string, string>>;
}

async function instances(): Promise<readonly MadeInstance[]> {
  const { Reservations = [] } = await (await aws.truth.ec2()).describeInstances({});
  return Reservations.flatMap(({ Instances = [] }) => Instances).map(({ InstanceId, State, Tags = [] }) => ({
    id: InstanceId ?? "",
    state: State?.Name ?? "",
    tags: Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value])),
  }));
}

/** The machine behind an instance: an agent, as the launch tells it to be. */
async function boot(instance: MadeInstance | undefined, lifeMs = LIFE_MS): Promise<AgentRig> {
  const queueId = instance?.tags["spawn:queue-id"] ?? "";
  agent = await AgentRig.make(program, aws.machine, { queue_id: queueId });
  agent.imds.values.set("meta-data/instance-id", instance?.id ?? "");
  agent.configure(lifeMs, { store: `s3://${BUCKET}/` });
  agent.start();
  return agent;
}

describe.skipIf(isMissing)("a job whose queue runs on EC2", { timeout: 180_000 }, () => {
  test("is launched as by spawn launch, and stands as its queue stands in the store", async ({ rig }) => {
    const { queue, id } = await submitted(rig);
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
    );
    const [made, ...others] = await instances();
    expect(others).toEqual([]);
    expect(made?.tags).toMatchObject({
      "spawn:ttl": "30m",
      "spawn:job": expect.stringMatching(/^1-[0-9a-f]{10}\/1$/),
    });
    const machine = await boot(made);
    await machine.untilMark("begun");
    await log.line(/INFO: running: 0 of 1 jobs completed \(train\)/);
    writeFileSync(machine.mark("go"), "");
    const said = await worker.result;
    expect(said.code, said.stderr).toBe(0);
    expect(await queue.job(id)).toMatchObject({ status: "completed", retry_count: 0 });
    expect((await log.result).stdout).toMatch(/INFO: completed: 1 of 1 jobs completed/);
    const status = await queue.spawn("queue", "status", made?.tags["spawn:queue-id"] ?? "");
    expect(status.stdout).toContain("Status: completed");
  });

  test("is followed by the next worker when its own is killed: no second instance", async ({ rig }) => {
    const { queue, id } = await submitted(rig);
    const killed = await queue.worker();
    await queue.follow(id).line(/INFO: Launched queue /);
    const [made] = await instances();
    const machine = await boot(made);
    await machine.untilMark("begun");
    killed.signal("SIGKILL");
    await killed.result;
    queue.endLeases();
    const next = await queue.worker(["--worker-id", "worker-02", "--max-jobs", "1"]);
    await queue.follow(id).line(/INFO: Goes on with queue nightly-1-\w+ on i-/);
    writeFileSync(machine.mark("go"), "");
    expect((await next.result).code).toBe(0);
    expect(await queue.job(id)).toMatchObject({
      status: "completed",
      worker_id: "worker-02",
      retry_count: 0,
    });
    expect(await instances()).toHaveLength(1);
  });

  test("whose worker is killed while it launches: what there is of it is ended, and it is launched once more", async ({
    rig,
  }) => {
    const { queue, id } = await submitted(rig);
    const killed = await queue.worker();
    // The instance is there by then, and nothing that is known of it is recorded but the intent.
    aws.proxy.fault = ({ operation }) => {
      if (operation !== "CreateSchedule") return undefined;
      killed.signal("SIGKILL");
      return { kind: "lose-call" };
    };
    await killed.result;
    aws.proxy.fault = () => undefined;
    const [half] = await instances();
    expect(half?.state).toBe("running");
    queue.endLeases();
    const next = await queue.worker(["--max-jobs", "1"]);
    const log = queue.follow(id);
    await log.line(/WARNING: Ended what was left of a launch whose worker was killed/);
    await log.line(/INFO: Launched queue /);
    const all = await instances();
    expect(all.map(({ state }) => state).sort()).toEqual(["running", "terminated"]);
    const whole = all.find(({ state }) => state === "running");
    expect(whole?.tags["spawn:queue-id"]).toBe(half?.tags["spawn:queue-id"]);
    const machine = await boot(whole);
    writeFileSync(machine.mark("go"), "");
    expect((await next.result).code).toBe(0);
    expect(await queue.job(id)).toMatchObject({ status: "completed", retry_count: 0 });
  });

  test("is cancelled there when the job is", async ({ rig }) => {
    const { queue, id } = await submitted(rig);
    const worker = await queue.worker(["--max-jobs", "1"]);
    await queue.follow(id).line(/INFO: Launched queue /);
    const machine = await boot((await instances())[0]);
    await machine.untilMark("begun");
    await queue.jobs("cancel", String(id));
    expect(await queue.over(id)).toMatchObject({
      status: "cancelled",
      error_message: expect.stringMatching(/^queue nightly-1-\w+ was cancelled$/),
    });
    expect((await worker.result).code).toBe(0);
  });

  test("is cancelled there by the next worker when its own was killed", async ({ rig }) => {
    const { queue, id } = await submitted(rig);
    const killed = await queue.worker();
    await queue.follow(id).line(/INFO: Launched queue /);
    const machine = await boot((await instances())[0]);
    await machine.untilMark("begun");
    killed.signal("SIGKILL");
    await killed.result;
    await queue.jobs("cancel", String(id));
    queue.endLeases();
    const next = await queue.worker();
    await next.line(/^Cancelling queue nightly-1-\w+: its job was cancelled while its worker was gone\.$/);
    await machine.ended();
    const status = await queue.spawn("queue", "status", machine.queueId);
    expect(status.stdout).toContain("Status: cancelled");
    expect(await queue.job(id)).toMatchObject({ status: "cancelled" });
    next.signal("SIGTERM");
    expect((await next.result).code).toBe(0);
  });

  test("that comes to its instance's deadline has failed, and says how to go on", async ({ rig }) => {
    const { queue, id } = await submitted(rig);
    const worker = await queue.worker(["--max-jobs", "1"]);
    await queue.follow(id).line(/INFO: Launched queue /);
    const [made] = await instances();
    const machine = await boot(made, 15_000);
    await machine.untilMark("begun");
    await machine.ended();
    await (await aws.truth.ec2()).terminateInstances({ InstanceIds: [made?.id ?? ""] });
    expect((await worker.result).code).toBe(0);
    const job = await queue.job(id);
    expect(job).toMatchObject({ status: "failed", retry_count: 0 });
    expect(job.error_message).toMatch(
      /^queue nightly-1-\w+ was interrupted \(the instance reached its deadline\)\nGo on .*: spawn queue resume nightly-1-/,
    );
  });

  test("of an instance type that is none fails for good, and makes nothing", async ({ rig }) => {
    const queue = new JobsRig(rig, [], { ...aws.env, SPAWN_RUNNER: runnerStandIn(rig.home) });
    const config = { queue: rig.queue({ jobs: [TRAIN] }), instance_type: "t3.mirco" };
    const id = await queue.submit(config);
    await queue.spawn("worker", "--max-jobs", "1");
    const job = await queue.job(id);
    expect(job).toMatchObject({ status: "failed", retry_count: 0 });
    expect(job.error_message).toContain("no instance type t3.mirco");
    expect(await instances()).toEqual([]);
  });

  test("is refused at once when its options are wrong", async ({ rig }) => {
    const queue = new JobsRig(rig, [], aws.env);
    const file = rig.queue({ jobs: [TRAIN] });
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
