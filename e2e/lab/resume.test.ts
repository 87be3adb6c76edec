import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { LabCli } from "./lab-cli.js";
import { LabRig } from "./lab-rig.js";
import { runCommand } from "./run-command.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
const LAUNCH = ["launch", "--instance-type", "t3.micro", "--ttl", "30m", "--batch-queue"];
let rig: LabRig;
let cli: LabCli;

beforeAll(async () => {
  if (isMissing) return;
  rig = await LabRig.start();
  cli = new LabCli(rig);
  mkdirSync(join(cli.home, ".ssh"), { mode: 0o700 });
  runCommand("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(cli.home, ".ssh/id_ed25519")]);
});

afterAll(async () => {
  cli?.dispose();
  await rig?.stop();
});

/** Leaves a trace of each attempt; the second waits until it is told to go. */
function steered(queue_id: string): string {
  const jobs = [
    {
      job_id: "first",
      command: "echo begun; echo $JOB_ATTEMPT >>/tmp/first; echo one >one.txt",
      result_files: ["one.txt"],
    },
    {
      job_id: "second",
      command: "echo $JOB_ATTEMPT >>/tmp/second; until [ -e /tmp/go ]; do sleep 0.1; done; cat one.txt",
      depends_on: ["first"],
    },
  ];
  return cli.queue({ queue_id, jobs }, `${queue_id}.json`);
}

/** Fails in its second job unless the launching shell has FIXED=yes. */
function broken(queue_id: string): string {
  const jobs = [
    {
      job_id: "first",
      command: "echo $JOB_ATTEMPT >>/tmp/first; echo one >one.txt",
      result_files: ["one.txt"],
    },
    {
      job_id: "second",
      command: 'echo $JOB_ATTEMPT >>/tmp/second; cat one.txt; [ "$FIXED" = yes ]',
      environment: { FIXED: "${FIXED:-no}" },
      depends_on: ["first"],
      retry_count: 2,
      retry_delay: "100ms",
    },
  ];
  return cli.queue({ queue_id, jobs }, `${queue_id}.json`);
}

/** The newest instance of a queue, once it has one that is none of `before`. */
async function instanceOf(queueId: string, ...before: readonly string[]): Promise<string> {
  let id: string | undefined;
  await rig.until(`${queueId} has an instance`, async () => {
    const all = await rig.launcher.list();
    id = all.find((one) => one.queueId === queueId && !before.includes(one.instanceId))?.instanceId;
    return rig.lab.room.machines.some(({ instanceId }) => instanceId === id);
  });
  return id ?? "";
}

describe.skipIf(isMissing)("a queue on EC2 goes on, by the command line", { timeout: 300_000 }, () => {
  it.concurrent("after EC2 took its instance back: on a new one, with no retry used up", async ({
    expect,
  }) => {
    const launch = cli.start([...LAUNCH, steered("taken-back"), "--spot", "--wait"]);
    const id = await instanceOf("taken-back");
    await rig.untilWritten(id, "tmp/second");
    const time = new Date(Date.now() + 120_000).toISOString();
    rig.lab.room.say(id, "meta-data/spot/instance-action", JSON.stringify({ action: "terminate", time }));
    const launched = await launch.result;
    expect(launched, launched.stderr).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("interrupted"),
    });
    await (await rig.lab.truth.ec2()).terminateInstances({ InstanceIds: [id] });
    await rig.lab.room.follow();

    const resume = cli.start(["queue", "resume", "taken-back", "--wait"]);
    const next = await instanceOf("taken-back", id);
    await rig.untilWritten(next, "tmp/second");
    await rig.machine(next).run("touch /tmp/go");
    const resumed = await resume.result;
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stdout).toMatch(
      /Going on with taken-back where it stopped:\n {2}↻ second +attempt 1 was cut short/,
    );
    expect(await rig.status("taken-back")).toMatchObject({
      status: "completed",
      instance_id: next,
      job_details: [
        { status: "completed", attempt: 1, attempts: 1 },
        { status: "completed", attempt: 2, attempts: 1 },
      ],
    });
    expect(rig.machine(next).written("tmp/first"), "what is complete is not run again").toBeUndefined();
    await rig.untilState(next, "terminated");
  });

  it.concurrent("from its checkpoint, which is on the new instance, and which the store has until then", async ({
    expect,
  }) => {
    const command =
      "mkdir -p /out; cat /out/ck 2>/dev/null || echo weights-$JOB_ATTEMPT >/out/ck; touch /tmp/trains; " +
      "until [ -e /tmp/go ]; do sleep 0.1; done; echo done >>/out/ck";
    const jobs = [{ job_id: "train", command, result_files: ["/out/"] }];
    await cli.ok([...LAUNCH, cli.queue({ queue_id: "checkpoint", jobs }, "checkpoint.json")]);
    const id = await instanceOf("checkpoint");
    await rig.untilWritten(id, "tmp/trains");
    await rig.until("its checkpoint is stored", async () => {
      return (await rig.stored("checkpoint/train/results/out/ck")) !== undefined;
    });
    rig.machine(id).losePower();
    await (await rig.lab.truth.ec2()).terminateInstances({ InstanceIds: [id] });
    await rig.untilState(id, "terminated");
    const fetched = await cli.run(["queue", "results", "checkpoint", "-o", "sofar"]);
    expect(fetched.stdout).not.toContain("✓");
    expect(fetched.stdout).toContain("results/ (provisional)");
    expect(fetched.stderr).toContain("its results are provisional, as they were stored by");

    const resume = cli.start(["queue", "resume", "checkpoint", "--wait"]);
    const next = await instanceOf("checkpoint", id);
    await rig.untilWritten(next, "tmp/trains");
    expect(rig.machine(next).written("out/ck")).toBe("weights-1\n");
    await rig.machine(next).run("touch /tmp/go");
    expect((await resume.result).code).toBe(0);
    expect(await rig.stored("checkpoint/train/results/out/ck")).toBe("weights-1\ndone\n");
    expect(JSON.stringify((await rig.status("checkpoint")).warnings)).toContain(
      "train goes on from the results of its attempt 1",
    );
    await rig.untilState(next, "terminated");
  });

  it.concurrent("after a failure on an instance that is gone: on a new one", async ({ expect }) => {
    await cli.ok([...LAUNCH, broken("gone"), "--on-complete", "terminate", "--wait"], { code: 1 });
    const id = await instanceOf("gone");
    await rig.untilState(id, "terminated");
    const said = await cli.ok(["queue", "resume", "gone", "--wait"], { env: { FIXED: "yes" } });
    expect(said).toMatch(/Running again in gone:\n {2}↻ second +failed: exit code 1/);
    const next = await instanceOf("gone", id);
    expect(rig.machine(next).written("tmp/first")).toBeUndefined();
    expect(await rig.status("gone")).toMatchObject({
      status: "completed",
      job_details: [{ attempt: 1 }, { attempt: 3, attempts: 1 }],
    });
    await rig.untilState(next, "terminated");
  });

  it.concurrent("after a failure on an instance that was kept: there", async ({ expect }) => {
    await cli.ok([...LAUNCH, broken("kept"), "--keep-on-failure", "20m", "--wait"], { code: 1 });
    const id = await instanceOf("kept");
    expect(await rig.state(id)).toBe("running");
    const refused = await cli.run(["queue", "resume", "kept", "--instance-type", "t3.small"]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(`spawn terminate ${id}`) });
    const said = await cli.ok(["queue", "resume", "kept", "--wait"], { env: { FIXED: "yes" } });
    expect(said).toContain(`Resumed on ${id}`);
    expect(rig.machine(id).written("tmp/first")).toBe("1\n");
    expect(rig.machine(id).written("tmp/second")).toBe("1\n2\n3\n");
    expect(await rig.status("kept")).toMatchObject({ status: "completed", instance_id: id });
    await rig.untilState(id, "terminated");
    expect((await rig.launcher.list()).filter(({ queueId }) => queueId === "kept")).toHaveLength(1);
  });

  it.concurrent("after a failure on an instance that was kept: there, with scripts that were changed here", async ({
    expect,
  }) => {
    const folder = join(cli.cwd, "scripts");
    mkdirSync(folder);
    writeFileSync(join(folder, "second.sh"), "exit 3\n");
    writeFileSync(join(folder, "kept.txt"), "shipped\n");
    const first = "echo $JOB_ATTEMPT >>/tmp/first; echo mine >kept-by-job.txt";
    const jobs = [
      { job_id: "first", command: first },
      { job_id: "second", command: "sh second.sh", depends_on: ["first"], result_files: ["out.txt"] },
    ];
    const file = cli.queue({ queue_id: "mended", jobs }, "mended.json");
    const kept = ["--keep-on-failure", "20m", "--workdir", "scripts", "--wait"];
    const failed = await cli.ok([...LAUNCH, file, ...kept], { code: 1 });
    expect(failed).toContain("spawn queue resume mended --workdir DIR");
    const id = await instanceOf("mended");
    const same = await cli.ok(["queue", "resume", "mended", "--wait"], { code: 1 });
    expect(same).toContain(`Work folder: as it is on ${id}`);

    writeFileSync(join(folder, "second.sh"), "cat kept.txt kept-by-job.txt >out.txt\n");
    const said = await cli.ok(["queue", "resume", "mended", "--workdir", "scripts", "--wait"]);
    expect(said).toContain(`Work folder: that on ${id}, with the files of ${folder} laid over it`);
    expect(said).toContain(`Resumed on ${id}`);
    expect(rig.machine(id).written("tmp/first"), "what is complete is not run again").toBe("1\n");
    await cli.ok(["queue", "results", "mended"]);
    expect(cli.read("results/mended/second/results/out.txt")).toBe("shipped\nmine\n");
    await rig.untilState(id, "terminated");
  });

  it.concurrent("and tells when ssh answers on it, by the key that is pinned to it", async ({ expect }) => {
    const said = await cli.ok([
      ...LAUNCH,
      steered("reachable"),
      "--wait-for-ssh",
      "--ssh-from",
      "10.99.0.0/16",
    ]);
    expect(said).toContain("ssh answers. Connect: spawn connect reachable");
    const id = await instanceOf("reachable");
    await rig.untilWritten(id, "tmp/second");
    // The key that the launch took from ~/.ssh, which ssh itself looks for in the home of the user's account.
    expect(await cli.ok(["connect", "reachable", "-c", "whoami"])).toBe("ec2-user\n");
    const readable = "cat /var/log/spawn-queue/first.log /var/lib/spawn-queue/work/one.txt";
    expect(await cli.ok(["connect", "reachable", "-c", readable])).toMatch(/^\[[\d:]+\] begun\none\n$/);
    await rig.machine(id).run("touch /tmp/go");
    await rig.untilState(id, "terminated");
  });
});
