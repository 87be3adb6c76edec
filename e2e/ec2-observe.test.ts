import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AwsClients } from "../packages/aws-launcher/src/aws/aws-clients.js";
import { findInstance } from "../packages/aws-launcher/src/instances/find-instances.js";
import {
  type MotoServer,
  motoIsMissing,
  startMoto,
} from "../packages/result-store/src/testing/moto-server.js";
import { CliRig } from "./cli-rig.js";
import { ObservedQueue } from "./observed-queue.js";
import { RUNNER_PROGRAMS, type RunnerProgram } from "./runner-programs.js";
import { parseStatus } from "./status-json.js";

const isMissing = motoIsMissing();
const program = RUNNER_PROGRAMS[0] as RunnerProgram;

let moto: MotoServer;
let clients: AwsClients;
let rig: CliRig;
let observed: ObservedQueue | undefined;

beforeAll(async () => {
  if (isMissing) return;
  moto = await startMoto();
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  clients = new AwsClients({
    region: "us-east-1",
    endpoint: moto.endpoint,
    credentials,
    firstAnswerWithinMs: 120_000,
  });
});

beforeEach(async () => {
  await moto?.reset();
  rig = new CliRig();
});

afterEach(async () => {
  await observed?.agent.remove();
  observed = undefined;
  rig.dispose();
});

afterAll(async () => {
  await clients?.close();
  await moto?.stop();
});

async function observe(jobs: readonly object[], queue_id = "nightly"): Promise<ObservedQueue> {
  observed = await ObservedQueue.make({ program, moto, clients, queue: { queue_id, jobs } });
  observed.noteIn(rig);
  return observed;
}

const spawn = (...args: readonly string[]) => rig.run(args, { env: observed?.env ?? {} });

const WAITING = {
  job_id: "train",
  command:
    'echo begun; : > "$MARKS/begun"; until [ -e "$MARKS/go" ]; do sleep 0.05; done; echo done > out.txt',
  result_files: ["out.txt"],
};

interface CostJson {
  readonly instances: readonly { paid_seconds: number; hourly_price: number; cost_usd: number }[];
  readonly total: { readonly cost_usd: number };
}

/** To the hundredth of a cent. */
function addsUp({ instances, total }: CostJson): void {
  for (const { paid_seconds, hourly_price, cost_usd } of instances)
    expect(Math.abs((paid_seconds / 3600) * hourly_price - cost_usd)).toBeLessThanOrEqual(0.00005 + 1e-9);
  const sum = instances.reduce((so_far, { cost_usd }) => so_far + cost_usd, 0);
  expect(total.cost_usd).toBeCloseTo(sum, 6);
}

describe.skipIf(isMissing)("a queue on EC2, looked at from here", { timeout: 240_000 }, () => {
  it("is pending, runs, is over, and stays known when its instance is gone", async () => {
    const queue = await observe([WAITING]);
    const pending = parseStatus((await spawn("queue", "status", "nightly", "--json")).stdout);
    expect(pending).toMatchObject({ status: "pending", instance_id: queue.instanceId, jobs: { pending: 1 } });

    queue.startAgent();
    await queue.agent.untilMark("begun");
    await queue.until(({ status }) => status === "running");
    const running = await spawn("queue", "status", "last");
    expect(running.stdout).toMatch(/Status: running[\s\S]*Updated: .* ago\)[\s\S]*▶ train/);
    const rows: unknown = JSON.parse((await spawn("list", "--json")).stdout);
    expect(rows).toMatchObject([
      { instance_id: queue.instanceId, provider: "ec2", queue_status: "running", tags: { team: "ml" } },
    ]);
    const status = await spawn("status", "last");
    expect(status.stdout).toMatch(/^IAM: none \(no instance profile\)$/m);
    expect(status.stdout).toMatch(/^Ends: .* \(in /m);

    const cost: CostJson = JSON.parse((await spawn("cost", "--json")).stdout);
    expect(cost).toMatchObject({
      instances: [
        { instance_id: queue.instanceId, state: "running", counted_until_is: "now", generation: 1 },
      ],
      not_looked_at: [],
    });
    addsUp(cost);

    const watch = rig.start(["queue", "status", "last", "-w", "--refresh", "200ms"], { env: queue.env });
    const logs = rig.start(["queue", "logs", "last", "-f"], { env: queue.env });
    // A line of a job that runs: the log is not waited for until it is long, or complete.
    await logs.line(/^\[.*\] begun$/, 30_000);
    expect((await spawn("queue", "logs", "last", "train")).stdout).toMatch(/^\[.*\] begun\n$/);
    writeFileSync(queue.agent.mark("go"), "");
    expect(await watch.result).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Status: completed"),
    });
    expect(await logs.result).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\[.*\] begun\n$/) });

    await queue.terminate();
    expect(await spawn("queue", "status", "nightly")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Status: completed"),
    });
    expect((await spawn("queue", "results", "nightly")).code).toBe(0);
    expect(rig.read("results/nightly/train/results/out.txt")).toBe("done\n");
    expect((await spawn("queue", "explain", "nightly", "train")).stdout).toContain("train completed");
    const paid = await spawn("cost", "--instance-id", queue.instanceId);
    expect(paid).toMatchObject({ code: 0, stderr: "" });
    expect(paid.stdout).toMatch(
      /^i-\w+ +nightly +t3\.micro +terminated +1m +\$0\.0104 +\$0\.0002 +- +\$0\.0002$/m,
    );
    expect(paid.stdout).toMatch(
      /^Price of t3\.micro in us-east-1, on-demand: \$0\.0104 an hour \(spawn's own table: /m,
    );
    const connect = await spawn("connect", "last");
    expect(connect).toMatchObject({ code: 1, stderr: expect.stringContaining("is terminated") });
    expect(await spawn("extend", "last", "1h")).toMatchObject({ code: 1 });
  });

  it("has cost what its store tells, once EC2 has forgotten its instances", async () => {
    const queue = await observe([WAITING]);
    queue.startAgent();
    await queue.agent.untilMark("begun");
    await queue.until(({ status }) => status === "running");
    const facts: object = JSON.parse((await queue.stored("instance.json")) ?? "");
    const before = { ...facts, instance_id: "i-0000000000000beef", market: "on-demand", generation: 1 };
    const earlier = [{ ...before, launched_at: "2026-01-27T10:00:00Z", ended_at: "2026-01-27T12:00:00Z" }];
    await queue.put("instance.json", JSON.stringify({ ...facts, generation: 2, earlier }));
    await queue.agent.kill("SIGKILL");
    await queue.forget();
    const cost: CostJson = JSON.parse((await spawn("cost", "--queue-id", "nightly", "--json")).stdout);
    expect(cost).toMatchObject({
      instances: [
        { instance_id: queue.instanceId, state: "gone", counted_until_is: "last-sign", paid_seconds: 60 },
        { instance_id: "i-0000000000000beef", state: "gone", paid_seconds: 7200, cost_usd: 0.0208 },
      ],
      total: { cost_usd: 0.021, is_lower_bound: true },
      forgotten_instances: 0,
    });
    addsUp(cost);
  });

  it("is cancelled by a request that its agent takes", async () => {
    const queue = await observe([WAITING]);
    queue.startAgent();
    await queue.agent.untilMark("begun");
    await queue.until(({ status }) => status === "running");
    const cancelled = await spawn("queue", "cancel", "nightly", "--wait");
    expect(cancelled.stderr).toBe("");
    expect(cancelled).toMatchObject({ code: 0, stdout: expect.stringMatching(/nightly: cancelled\n$/) });
    expect((await spawn("queue", "cancel", "nightly")).stdout).toBe("nightly is cancelled already.\n");
  });

  it("gets more time: in the schedule that ends it, in its tag, and in its agent", async () => {
    const queue = await observe([WAITING]);
    queue.startAgent();
    await queue.agent.untilMark("begun");
    const extended = await spawn("extend", "nightly", "1h", "--json");
    expect(extended.stderr).toBe("");
    const { ttl_expires_at: end } = JSON.parse(extended.stdout) as { ttl_expires_at: string };
    const endMs = Date.parse(end);
    expect(endMs - Date.now()).toBeGreaterThan(80 * 60_000);
    await queue.until(({ ttl_expires_at: told }) => Math.abs(Date.parse(String(told)) - endMs) < 2_000);
    const { tags } = (await findInstance(clients, queue.instanceId)) ?? { tags: {} };
    expect(Date.parse(tags["spawn:ttl-expires-at"] ?? "")).toBeCloseTo(endMs, -4);
    const { Schedules = [] } = await (await clients.scheduler()).listSchedules({ GroupName: "spawn" });
    expect(Schedules.map(({ Name }) => Name)).toEqual([`spawn-${queue.instanceId}`]);
  });
});

describe.skipIf(isMissing)("connect", { timeout: 240_000 }, () => {
  /** An ssh that says what it was asked, and keeps the file of host keys that it was given. */
  const sshStandIn = (): string => {
    const folder = join(rig.home, "bin");
    mkdirSync(folder);
    const text = '#!/bin/sh\nprintf "%s\\n" "$@"\nexit 7\n';
    writeFileSync(join(folder, "ssh"), text, { mode: 0o755 });
    return `${folder}:${process.env.PATH}`;
  };

  it("believes the host keys that the agent has stored, and passes the exit status on", async () => {
    const queue = await observe([WAITING], "boxed");
    await withKey(queue);
    const PATH = sshStandIn();
    const early = await rig.run(["connect", "boxed"], { env: { ...queue.env, PATH } });
    expect(early.stderr).toMatch(/the host keys of i-\w+ are not known yet/);
    await queue.put("host-keys.txt", "ssh-ed25519 AAAAC3NzaKEY root@box\n");
    const result = await rig.run(["connect", "boxed", "-c", "echo a b"], { env: { ...queue.env, PATH } });
    expect(result).toMatchObject({ code: 7, stderr: "" });
    const file = /UserKnownHostsFile=(.*)/.exec(result.stdout)?.[1] ?? "";
    expect(readFileSync(file, "utf8")).toBe(`${queue.instanceId} ssh-ed25519 AAAAC3NzaKEY\n`);
    expect(result.stdout).toContain("StrictHostKeyChecking=yes");
    expect(result.stdout.endsWith("\necho a b\n")).toBe(true);
  });

  it("says so where no key was given at the launch", async () => {
    const queue = await observe([WAITING], "keyless");
    const result = await rig.run(["connect", "keyless"], { env: queue.env });
    expect(result.stderr).toContain("was launched without an ssh key");
    expect(result.stderr).toContain("aws ssm start-session");
    expect(result.code).toBe(2);
  });
});

/** Puts an instance with a key in the place of the queue's. */
async function withKey(queue: ObservedQueue): Promise<void> {
  await queue.replaceInstance({ KeyName: "spawn-test" });
  queue.noteIn(rig);
}
