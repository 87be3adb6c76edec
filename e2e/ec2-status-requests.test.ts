import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { motoIsMissing } from "../packages/result-store/src/testing/moto-server.js";
import { CliRig } from "./cli-rig.js";
import { EmulatedAws, runnerStandIn } from "./emulated-aws.js";
import { ObservedQueue } from "./observed-queue.js";
import { RUNNER_PROGRAMS, type RunnerProgram } from "./runner-programs.js";

const isMissing = motoIsMissing();
const REFRESHES = 8;

let aws: EmulatedAws;
let rig: CliRig;
let observed: ObservedQueue | undefined;

beforeAll(async () => {
  if (!isMissing) aws = await EmulatedAws.start();
});

beforeEach(async () => {
  await aws?.reset();
  rig = new CliRig();
});

afterEach(async () => {
  await observed?.agent.remove();
  observed = undefined;
  rig.dispose();
});

afterAll(() => aws?.stop());

/** A queue whose runner has just told that it runs, and will tell nothing more. */
async function runningQueue(): Promise<ObservedQueue> {
  const program = RUNNER_PROGRAMS[0] as RunnerProgram;
  const queue = { queue_id: "nightly", jobs: [{ job_id: "train", command: "sleep 3600" }] };
  observed = await ObservedQueue.make({ program, moto: aws.moto, clients: aws.truth, queue });
  observed.startAgent();
  await observed.until(({ status }) => status === "running");
  await observed.agent.kill("SIGKILL");
  return observed;
}

/** What a command asked of AWS. */
async function askedBy(args: readonly string[]): Promise<readonly string[]> {
  const from = aws.proxy.calls.length;
  const { code, stdout, stderr } = await rig.run(args, { env: aws.env });
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stderr: "" });
  expect(stdout).toContain("Status: running");
  await aws.quiet();
  return aws.proxy.calls.slice(from).map(({ operation }) => operation);
}

describe.skipIf(isMissing)("the requests of a status", { timeout: 120_000 }, () => {
  it("are one, however a queue that was launched from here is called, and no other to learn whose it is", async () => {
    const queue = await runningQueue();
    queue.noteIn(rig);
    for (const ref of ["nightly", queue.instanceId, "last"])
      expect(await askedBy(["queue", "status", ref]), ref).toEqual(["GetObject"]);
  });

  it("are two where it was launched elsewhere: EC2 says where its store is, and whose", async () => {
    await runningQueue();
    const args = ["queue", "status", "nightly", "--region", "us-east-1"];
    expect(await askedBy(args)).toEqual(["DescribeInstances", "GetObject"]);
  });

  it("are one conditional GET a refresh of a watch", async () => {
    (await runningQueue()).noteIn(rig);
    aws.proxy.calls.length = 0;
    const args = ["queue", "status", "nightly", "--watch", "--refresh", "50ms", "--json"];
    const watch = rig.start(args, { env: aws.env });
    await expect.poll(() => aws.proxy.calls.length, { timeout: 40_000 }).toBeGreaterThan(REFRESHES);
    watch.signal("SIGINT");
    const { code, stdout } = await watch.result;
    expect(code).toBe(130);
    const shown = stdout.trimEnd().split("\n");
    const [first, ...others] = aws.proxy.calls;
    expect(first).toMatchObject({ operation: "GetObject", status: 200 });
    const answered = others.filter(({ status }) => status !== undefined);
    expect(new Set(answered.map(({ operation, status }) => `${operation} ${status}`))).toEqual(
      new Set(["GetObject 304"]),
    );
    // The last one may have been asked for when the watch was left.
    expect(aws.proxy.calls.length - shown.length).toBeLessThanOrEqual(1);
  });

  it("ask nobody whose the store of a queue is that was launched from here", async () => {
    const file = rig.queue({ queue_id: "nightly", jobs: [{ job_id: "a", command: "true" }] });
    const env = { ...aws.env, SPAWN_RUNNER: runnerStandIn(rig.home) };
    const launch = ["launch", "--batch-queue", file, "--instance-type", "t3.micro"];
    expect((await rig.run(launch, { env })).code).toBe(0);
    aws.proxy.calls.length = 0;
    const { stdout } = await rig.run(["queue", "status", "nightly"], { env });
    expect(stdout).toContain("Status: pending");
    expect(aws.proxy.calls.map(({ service }) => service)).not.toContain("sts");
  });
});
