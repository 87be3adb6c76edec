import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { motoIsMissing } from "../packages/result-store/src/testing/moto-server.js";
import { CliRig } from "./cli-rig.js";
import { EmulatedAws, runnerStandIn } from "./emulated-aws.js";
import { type PlayedInstance, playInstance } from "./played-instance.js";

const isMissing = motoIsMissing();
const QUEUE = "laptop";
let aws: EmulatedAws;
let rig: CliRig;
let elsewhere: CliRig;
let played: PlayedInstance | undefined;

beforeAll(async () => {
  if (isMissing) return;
  aws = await EmulatedAws.start();
  rig = new CliRig();
  elsewhere = new CliRig();
});

afterEach(async () => {
  await played?.agent.remove();
});

afterAll(async () => {
  rig?.dispose();
  elsewhere?.dispose();
  await aws?.stop();
});

const spawn = (who: CliRig, ...args: readonly string[]) =>
  who.run(args, { env: { ...aws.env, SPAWN_RUNNER: runnerStandIn(who.home) } });

/** Launches, and is killed while EC2 makes the instance. */
async function killedLaunch(): Promise<void> {
  mkdirSync(join(rig.cwd, "work"));
  writeFileSync(join(rig.cwd, "work/job.sh"), "exit 3\n");
  const file = rig.queue({ queue_id: QUEUE, jobs: [{ job_id: "only", command: "sh ./job.sh" }] });
  const where = ["--instance-type", "t3.micro", "--ttl", "1h", "--workdir", "work"];
  const env = { ...aws.env, SPAWN_RUNNER: runnerStandIn(rig.home) };
  const launch = rig.start(["launch", "--batch-queue", file, ...where], { env });
  aws.proxy.fault = ({ operation, form }) => {
    if (operation !== "RunInstances" || form.get("DryRun") === "true") return undefined;
    launch.signal("SIGKILL");
    return { kind: "lose-answer" };
  };
  const { code, stderr } = await launch.result;
  expect(code, stderr).toBe(null);
  await aws.quiet();
  aws.proxy.fault = () => undefined;
}

async function instances(): Promise<readonly { readonly id: string; readonly userData: string }[]> {
  const ec2 = await aws.truth.ec2();
  const { Reservations = [] } = await ec2.describeInstances({
    Filters: [{ Name: "instance-state-name", Values: ["running"] }],
  });
  return Promise.all(
    Reservations.flatMap(({ Instances = [] }) => Instances).map(async ({ InstanceId: id = "" }) => {
      const { UserData } = await ec2.describeInstanceAttribute({ InstanceId: id, Attribute: "userData" });
      return { id, userData: Buffer.from(UserData?.Value ?? "", "base64").toString("utf8") };
    }),
  );
}

const WORKDIR = /"workdir":\{"sha256":"[0-9a-f]{64}"\}/;

describe.skipIf(isMissing)("what a killed launch left", { timeout: 300_000 }, () => {
  it("is found, told of and ended by the queue's id, here and elsewhere; the queue goes on with its work folder", async () => {
    await killedLaunch();
    const [left] = await instances();
    const id = left?.id ?? "";
    const shipped = WORKDIR.exec(left?.userData ?? "")?.[0] ?? "none";
    played = await playInstance(aws.moto, aws.truth, id);

    const said = `${id} is what a killed launch of ${QUEUE} left`;
    for (const args of [["list"], ["status", QUEUE], ["queue", "status", QUEUE]]) {
      const { code, stdout, stderr } = await spawn(rig, ...args);
      expect({ args, code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(said) });
      expect(stderr).toContain(`spawn terminate ${id} --region us-east-1 -y`);
      expect(stdout).toContain(QUEUE);
    }
    // Nothing was begun there, and nothing is known there but the region.
    const there = await spawn(elsewhere, "status", QUEUE);
    expect(there).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining(id) });

    const dry = await spawn(rig, "gc", "--dry-run", "--json");
    const { found } = JSON.parse(dry.stdout) as { found: readonly { kind: string; id: string }[] };
    expect(found).toContainEqual(
      expect.objectContaining({ kind: "instance", id, reason: `a killed launch of ${QUEUE} left it` }),
    );
    expect(await instances()).toHaveLength(1);

    const ended = await spawn(rig, "terminate", QUEUE, "-y");
    expect(ended.stderr).not.toContain("Error");
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining(`Terminated ${id}`) });
    expect(await instances()).toEqual([]);
    expect((await spawn(rig, "list")).stderr).not.toContain("killed launch");

    const resumed = await spawn(elsewhere, "queue", "resume", QUEUE);
    expect(resumed.stderr).not.toContain("Error");
    expect(resumed.code).toBe(0);
    const [next] = await instances();
    expect(next?.userData).toContain(shipped);
    expect(await spawn(elsewhere, "queue", "results", QUEUE)).toMatchObject({ code: 0 });
  });
});
