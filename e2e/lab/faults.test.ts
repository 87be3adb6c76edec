import { afterAll, beforeAll, describe, it } from "vitest";
import { LabRig } from "./lab-rig.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
const LONG = process.env.SPAWN_LONG === "1";
const MEBIBYTES = LONG ? 200 : 24;
/** TCP gets some kilobytes a second through such a network. */
const LOSSY_SIZE = LONG ? "1M" : "128K";
const PARTITION_MS = LONG ? 60_000 : 20_000;
/** Of the life of an instance whose network is down; real time. */
const TTL_MS = 90_000;
/** Beyond its deadline, for the agent to give up on the network and the machine to end. */
const LATE_MS = 45_000;
let rig: LabRig;

beforeAll(async () => {
  if (!isMissing) rig = await LabRig.start();
});

afterAll(() => rig?.stop());

/** Waits in its first job until the test says go, then makes results of some size. */
function steered(queue_id: string, size = `${MEBIBYTES}M`) {
  return {
    queue_id,
    jobs: [
      {
        job_id: "first",
        command: "echo $JOB_ATTEMPT >>/tmp/first; echo one >one.txt",
        result_files: ["one.txt"],
      },
      {
        job_id: "wait",
        command:
          "echo $JOB_ATTEMPT >>/tmp/waiting; until [ -e /tmp/go ]; do sleep 0.1; done; seq 1000 >wait.txt",
        depends_on: ["first"],
        result_files: ["wait.txt"],
      },
      {
        job_id: "large",
        command: `echo $JOB_ATTEMPT >>/tmp/large; head -c ${size} /dev/urandom >large.bin; sha256sum <large.bin >large.sum`,
        depends_on: ["wait"],
        result_files: ["large.bin", "large.sum"],
      },
    ],
  };
}

const COMPLETED = {
  status: "completed",
  job_details: [{ status: "completed" }, { status: "completed" }, { status: "completed" }],
};

describe.skipIf(isMissing)("an instance among faults", { timeout: 240_000 }, () => {
  it.concurrent("whose network is down for longer than its life ends on time", async ({ expect }) => {
    const id = await rig.launch(steered("unplugged"), { ttlMs: TTL_MS });
    await rig.untilWritten(id, "tmp/waiting");
    const machine = rig.machine(id);
    machine.link.down();
    const { deadline } = await rig.launcher.find(id);
    await rig.untilState(id, "terminated", Date.parse(deadline) - Date.now() + LATE_MS);
    expect(machine.isOn).toBe(false);
  });

  it.concurrent("whose network is cut during an upload completes, with nothing missing and nothing twice", async ({
    expect,
  }) => {
    const id = await rig.launch(steered("partitioned"));
    await rig.untilWritten(id, "tmp/waiting");
    const machine = rig.machine(id);
    await machine.run("touch /tmp/go");
    await rig.untilWritten(id, "tmp/large");
    machine.link.cut();
    await new Promise((resolve) => setTimeout(resolve, PARTITION_MS));
    machine.link.heal();
    await rig.untilState(id, "terminated", 180_000);
    expect(await rig.status("partitioned")).toMatchObject(COMPLETED);
    expect(machine.written("tmp/large")).toBe("1\n");
    await rig.expectStored(expect, "partitioned", "large", ["large.bin", "large.sum"]);
  });

  it.concurrent("whose network loses 30 of 100 packets completes, with nothing missing and nothing twice", async ({
    expect,
  }) => {
    const id = await rig.launch(steered("lossy", LOSSY_SIZE));
    await rig.untilWritten(id, "tmp/waiting");
    const machine = rig.machine(id);
    machine.link.lose();
    await machine.run("touch /tmp/go");
    await rig.untilState(id, "terminated", 180_000);
    expect(await rig.status("lossy")).toMatchObject(COMPLETED);
    for (const trace of ["tmp/first", "tmp/waiting", "tmp/large"]) expect(machine.written(trace)).toBe("1\n");
    await rig.expectStored(expect, "lossy", "first", ["one.txt"]);
    await rig.expectStored(expect, "lossy", "wait", ["wait.txt"]);
    await rig.expectStored(expect, "lossy", "large", ["large.bin", "large.sum"]);
  });

  it.concurrent("that restarts mid-job goes on, without a longer life", async ({ expect }) => {
    const id = await rig.launch(steered("rebooted"));
    await rig.untilWritten(id, "tmp/waiting");
    const machine = rig.machine(id);
    const boot = await machine.output("cat /proc/sys/kernel/random/boot_id");
    const deadline = machine.written("var/lib/spawn-queue/deadline.json");
    await (await rig.lab.clients().ec2()).rebootInstances({ InstanceIds: [id] });
    await rig.until(
      "the job runs again",
      async () => machine.written("tmp/waiting")?.split("\n").length === 3,
    );
    expect(machine.boots).toBe(2);
    expect(await machine.output("cat /proc/sys/kernel/random/boot_id")).not.toBe(boot);
    expect(await machine.output("cat /run/shutdown-at"), "its end is armed again").toMatch(/^\d/);
    expect(machine.written("var/lib/spawn-queue/deadline.json")).toBe(deadline);
    await machine.run("touch /tmp/go");
    await rig.untilState(id, "terminated", 120_000);
    expect(await rig.status("rebooted")).toMatchObject({
      ...COMPLETED,
      job_details: [{ attempts: 1 }, { attempts: 1, attempt: 2 }, { attempts: 1 }],
    });
    expect(machine.written("tmp/first")).toBe("1\n");
  });

  it.concurrent("that EC2 takes back is interrupted, and another one finishes from S3 alone, S3 failing one time in five", async ({
    expect,
  }) => {
    const { proxy, guard, room, truth } = rig.lab;
    const ours = new Set<string>();
    proxy.s3Failing = ({ accessKey }) => (ours.has(guard.session(accessKey)?.instanceId ?? "") ? 0.2 : 0);
    const spot = { market: { kind: "spot", orOnDemand: false } } as const;
    const id = await rig.launch(steered("taken-back"), spot);
    ours.add(id);
    await rig.untilWritten(id, "tmp/waiting");
    const time = new Date(Date.now() + 120_000).toISOString();
    room.say(id, "meta-data/spot/instance-action", JSON.stringify({ action: "terminate", time }));
    await rig.until(
      "the queue is interrupted",
      async () => (await rig.status("taken-back")).status === "interrupted",
      120_000,
    );
    expect(await rig.state(id), "it is EC2 that ends it").toBe("running");
    await (await truth.ec2()).terminateInstances({ InstanceIds: [id] });
    await room.follow();
    await room.settled();

    const next = await rig.launch(steered("taken-back"), { fromStore: { rerun: [], trustCompleted: false } });
    ours.add(next);
    expect(next).not.toBe(id);
    await rig.untilWritten(next, "tmp/waiting");
    await rig.machine(next).run("touch /tmp/go");
    await rig.untilState(next, "terminated", 180_000);
    expect(await rig.status("taken-back")).toMatchObject({
      ...COMPLETED,
      job_details: [
        { status: "completed", attempts: 1, attempt: 1 },
        { status: "completed", attempts: 1, attempt: 2 },
        { status: "completed", attempts: 1, attempt: 1 },
      ],
    });
    expect(rig.machine(next).written("tmp/first"), "what is complete is not run again").toBeUndefined();
    await rig.expectStored(expect, "taken-back", "large", ["large.bin", "large.sum"]);
    console.log(
      `S3 failed ${proxy.s3Counts.failed} of ${proxy.s3Counts.failed + proxy.s3Counts.passed} calls`,
    );
    expect(proxy.s3Counts.failed).toBeGreaterThan(0);
  });
});
