import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect } from "vitest";
import { motoIsMissing } from "../packages/result-store/src/testing/moto-server.js";
import type { CliRig } from "./cli-rig.js";
import { EmulatedAws, runnerStandIn } from "./emulated-aws.js";
import { test } from "./rig-test.js";
import type { CommandResult } from "./running-command.js";

const QUEUE = {
  queue_id: "first-pipeline",
  jobs: [
    { job_id: "step1", command: "sh scripts/one.sh", retry_count: 2, timeout: "1m" },
    { job_id: "step2", command: "echo 2", depends_on: ["step1"], timeout: "3m" },
  ],
};
const isMissing = motoIsMissing();
let aws: EmulatedAws;

beforeAll(async () => {
  if (!isMissing) aws = await EmulatedAws.start();
});

beforeEach(() => aws?.reset());

afterAll(() => aws?.stop());

function spawn(
  rig: CliRig,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<CommandResult> {
  const SPAWN_RUNNER = runnerStandIn(rig.home);
  return rig.run(args, { env: { ...aws.env, SPAWN_RUNNER, ...env } });
}

function launch(rig: CliRig, args: readonly string[] = [], env = {}): Promise<CommandResult> {
  const type = args.includes("--instance-type") ? [] : ["--instance-type", "t3.micro"];
  return spawn(rig, ["launch", "--batch-queue", rig.queue(QUEUE), ...type, ...args], env);
}

async function launched(rig: CliRig, args: readonly string[] = [], env = {}) {
  const result = await launch(rig, ["--json", ...args], env);
  expect(result.code, result.stderr).toBe(0);
  return { value: JSON.parse(result.stdout) as Readonly<Record<string, unknown>>, stderr: result.stderr };
}

async function object(key: string): Promise<Buffer> {
  const { Body } = await (await aws.truth.s3()).getObject({ Bucket: "spawn-results-us-east-1", Key: key });
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

async function instances() {
  const { Reservations = [] } = await (await aws.truth.ec2()).describeInstances({});
  return Reservations.flatMap((reservation) => reservation.Instances ?? []);
}

async function userDataOf(InstanceId: string): Promise<string> {
  const { UserData } = await (await aws.truth.ec2()).describeInstanceAttribute({
    InstanceId,
    Attribute: "userData",
  });
  return Buffer.from(UserData?.Value ?? "", "base64").toString("utf8");
}

describe.skipIf(isMissing)("spawn launch on EC2", { timeout: 120_000 }, () => {
  test("says with --dry-run what would be made, and makes nothing", async ({ rig }) => {
    rig.write("scripts/one.sh", "true\n");
    const { code, stdout, stderr } = await launch(rig, [
      "--dry-run",
      "--ttl",
      "30m",
      "--spot",
      "--on-demand-fallback",
    ]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("1. t3.micro in us-east-1a (spot)");
    expect(stdout).toMatch(/t3\.micro in us-east-1a \(on-demand\)/);
    expect(stdout).toContain("s3://spawn-results-us-east-1/first-pipeline/ (the bucket will be made)");
    expect(stdout).toMatch(/Estimated cost: ~\$\S+ \(30m × \$\S+\/hour; /);
    expect(stderr).toContain("scripts/one.sh (job step1) is here and will not be on the instance");
    expect(await instances()).toEqual([]);
    expect((await (await aws.truth.s3()).listBuckets({})).Buckets ?? []).toEqual([]);
    expect((await (await aws.truth.iam()).listRoles({})).Roles ?? []).toEqual([]);
    expect(aws.changes).toEqual(["RunInstances"]);
  });

  test("makes one instance with its deadline, its tags and the work folder, and notes it here", async ({
    rig,
  }) => {
    rig.write("scripts/one.sh", "true\n");
    rig.write("secret.txt", "not for the instance");
    rig.write(".spawnignore", "secret.txt\n");
    const before = Date.now();
    const { value } = await launched(rig, [
      "--ttl",
      "30m",
      "--workdir",
      ".",
      "--name",
      "box",
      "--tags",
      "team=ml",
    ]);
    expect(value).toMatchObject({
      schema_version: 1,
      dry_run: false,
      queue_id: "first-pipeline",
      provider: "ec2",
      name: "box",
      state: "pending",
      region: "us-east-1",
      instance_type: "t3.micro",
      market: "on-demand",
      results_location: "s3://spawn-results-us-east-1/first-pipeline/",
      ttl_seconds: 1800,
      hourly_price: expect.any(Number),
      estimated_cost: Number(value.hourly_price) / 2,
      workdir: { files: 3, git_commit: null },
    });
    const deadline = Date.parse(String(value.ttl_expires_at));
    expect(deadline).toBeGreaterThan(before + 29 * 60_000);
    expect(deadline).toBeLessThan(Date.now() + 31 * 60_000);

    const [made, ...others] = await instances();
    expect(others).toEqual([]);
    const tags = Object.fromEntries((made?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    expect(tags).toMatchObject({
      team: "ml",
      Name: "box",
      "spawn:managed": "true",
      "spawn:queue-id": "first-pipeline",
      "spawn:ttl": "30m",
      "spawn:on-complete": "terminate",
    });
    expect(Date.parse(tags["spawn:ttl-expires-at"] ?? "")).toBe(deadline);
    const script = await userDataOf(String(value.instance_id));
    expect(Buffer.byteLength(script)).toBeLessThanOrEqual(4096);
    expect(script).toMatch(/^#!\/bin\/sh\nshutdown -P \+30\n/);
    const sha256 = createHash("sha256")
      .update(await object("first-pipeline/workdir.tar.gz"))
      .digest("hex");
    expect(script).toContain(`"workdir":{"sha256":"${sha256}"}`);
    const archive = gunzipSync(await object("first-pipeline/workdir.tar.gz")).toString("latin1");
    expect(archive).toContain("scripts/one.sh");
    expect(archive).not.toContain("not for the instance");

    const folder = join(rig.stateHome, "spawn/ec2");
    const [record = ""] = readdirSync(folder);
    expect(statSync(join(folder, record)).mode & 0o777).toBe(0o600);
    for (const ref of ["last", "box", "first-pipeline", String(value.instance_id)]) {
      const status = await spawn(rig, ["queue", "status", ref, "--json"]);
      expect(JSON.parse(status.stdout), ref).toMatchObject({
        status: "pending",
        instance_id: value.instance_id,
      });
    }
  });

  test("tells a person what was made, how to watch it and what it costs", async ({ rig }) => {
    const { code, stdout, stderr } = await launch(rig, ["--on-complete", "stop"]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/Instance ID: i-[0-9a-f]+\nQueue ID: first-pipeline\n/);
    // One minute twice, three minutes, and half an hour.
    expect(stdout).toContain("TTL: 35m");
    expect(stdout).toContain("spawn queue status first-pipeline --watch");
    expect(stdout).toMatch(/Estimated cost: ~\$\S+ \(35m × /);
    expect(stdout).toContain("Estimated runtime: 4m");
    expect(stderr).toMatch(
      /✓ Making the results bucket[\s\S]*✓ Claiming queue ID[\s\S]*✓ Launching instance \(i-/,
    );
    const [made] = await instances();
    expect(made?.Tags).toContainEqual({ Key: "spawn:on-complete", Value: "stop" });
  });

  test("gives a taken queue id the next number, and replaces no queue that has an instance", async ({
    rig,
  }) => {
    await launched(rig);
    const second = await launched(rig);
    expect(second.value.queue_id).toBe("first-pipeline-2");
    expect(second.stderr).toContain("first-pipeline is taken: this run is first-pipeline-2");
    const third = await launch(rig, ["--overwrite"]);
    expect(third.code).toBe(1);
    expect(third.stderr).toMatch(/first-pipeline has an instance: i-\w+ in us-east-1/);
    expect((await object("first-pipeline/queue.json")).length).toBeGreaterThan(0);
    expect(await instances()).toHaveLength(2);
  });

  test("walks on where there is no capacity, and says which was refused", async ({ rig }) => {
    aws.ec2.hasCapacity = ({ instanceType, zone }) => instanceType === "t3.small" && zone === "us-east-1b";
    const args = ["--instance-type", "t3.micro,t3.small", "--zone", "us-east-1a,us-east-1b"];
    const { value } = await launched(rig, args);
    expect(value).toMatchObject({ instance_type: "t3.small", zone: "us-east-1b", hourly_price: 0.0208 });
    expect(await instances()).toHaveLength(1);
  });

  test("takes settings from files and variables, and refuses what they get wrong", async ({ rig }) => {
    rig.write(
      ".spawn.yaml",
      "provider: ec2\ninstance_type: t3.small\ntags: { team: ml }\nresult_s3_prefix: team-a\n",
    );
    const file = rig.queue(QUEUE);
    const args = ["launch", "--batch-queue", file, "--json"];
    const result = await spawn(rig, args, { SPAWN_TTL: "45m" });
    expect(result.code, result.stderr).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({
      instance_type: "t3.small",
      ttl_seconds: 2700,
      tags: { team: "ml" },
      results_location: "s3://spawn-results-us-east-1/team-a/first-pipeline/",
    });
    rig.write(".spawn.yaml", "provider: ec2\ninstance_typ: t3.small\n");
    const wrong = await spawn(rig, args);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/\.spawn\.yaml:2:1[\s\S]*did you mean "instance_type"\?/);
  });

  test("refuses on this machine what is for EC2", async ({ rig }) => {
    const file = rig.queue(QUEUE);
    const local = await spawn(rig, ["launch", "--provider", "local", "--batch-queue", file, "--ttl", "1h"]);
    expect(local.code).toBe(2);
    expect(local.stderr).toContain("--ttl is for EC2, and --provider says local");
    expect(aws.proxy.calls).toEqual([]);
  });

  test("lets ssh in from one address with one key", async ({ rig }) => {
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGGCLbFUNMKTLVVTGaAqPHjC0lF3cTE5wtFfEzmlcC9R me";
    rig.write("key.pub", `${key}\n`);
    await launched(rig, ["--ssh-key", "key.pub", "--ssh-from", "203.0.113.7"]);
    const [made] = await instances();
    expect(made?.KeyName).toMatch(/^spawn-/);
    const GroupIds = (made?.SecurityGroups ?? []).flatMap(({ GroupId }) => GroupId ?? []);
    const { SecurityGroups = [] } = await (await aws.truth.ec2()).describeSecurityGroups({ GroupIds });
    const open = SecurityGroups.flatMap(({ IpPermissions = [] }) => IpPermissions);
    expect(open).toMatchObject([{ FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "203.0.113.7/32" }] }]);
  });

  test("leaves nothing when it fails after it has begun", async ({ rig }) => {
    rig.write("scripts/one.sh", "true\n");
    aws.refuse("InternalError", "a bad day", 500, { operation: "CreateSchedule" });
    const failed = await launch(rig, ["--workdir", "."]);
    expect(failed.code).toBe(1);
    aws.proxy.fault = () => undefined;
    expect((await instances()).map(({ State }) => State?.Name)).toEqual(["terminated"]);
    const { Contents = [] } = await (await aws.truth.s3()).listObjectsV2({
      Bucket: "spawn-results-us-east-1",
      Prefix: "first-pipeline/",
    });
    expect(Contents).toEqual([]);
    expect(readdirSync(join(rig.stateHome, "spawn")).filter((name) => name.startsWith("packing"))).toEqual(
      [],
    );
    expect((await launched(rig)).value.queue_id).toBe("first-pipeline");
    expect(readFileSync(join(rig.cwd, "scripts/one.sh"), "utf8")).toBe("true\n");
  });
});
