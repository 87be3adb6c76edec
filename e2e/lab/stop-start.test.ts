import { afterAll, beforeAll, describe, it } from "vitest";
import { REGION } from "./lab.js";
import { AN_HOUR_LATER, LabCli } from "./lab-cli.js";
import { LabRig } from "./lab-rig.js";
import { leftInAccount } from "./left-in-account.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
const HOUR_MS = 3_600_000;
/** Of an instance that is to reach its deadline here; real time. */
const SHORT_TTL_MS = 120_000;
/** A machine that is told to end gives its services two minutes, and then some to what is left. */
const ENDED_WITHIN_MS = 150_000;
const IN_REGION = ["--region", REGION];
let rig: LabRig;
let cli: LabCli;

beforeAll(async () => {
  if (isMissing) return;
  rig = await LabRig.start();
  cli = new LabCli(rig);
});

afterAll(async () => {
  cli?.dispose();
  await rig?.stop();
});

/** As somebody does in EC2's console; resolves once the instance is off. */
async function stop(id: string): Promise<void> {
  await (await rig.lab.truth.ec2()).stopInstances({ InstanceIds: [id] });
  await rig.lab.room.follow();
  await rig.untilState(id, "stopped", ENDED_WITHIN_MS);
}

async function start(id: string): Promise<void> {
  await (await rig.lab.truth.ec2()).startInstances({ InstanceIds: [id] });
  await rig.lab.room.follow();
}

/** The second of three leaves a trace of each attempt, saves what it has when it gets TERM, and waits to be told to go. */
function steered(queue_id: string) {
  const second = [
    "trap 'echo saved >checkpoint.txt; exit 1' TERM",
    "echo $JOB_ATTEMPT >>/tmp/second",
    "until [ -e /tmp/go ]; do sleep 0.1; done",
    "cat one.txt; [ ! -e checkpoint.txt ] || cat checkpoint.txt",
  ];
  const jobs = [
    {
      job_id: "first",
      command: "echo $JOB_ATTEMPT >>/tmp/first; echo one >one.txt",
      result_files: ["one.txt"],
    },
    {
      job_id: "second",
      command: second.join("\n"),
      depends_on: ["first"],
      result_files: ["checkpoint.txt"],
    },
    { job_id: "third", command: "echo three", depends_on: ["second"] },
  ];
  return { queue_id, jobs };
}

async function launch(queueId: string, ttlMs = HOUR_MS / 2): Promise<string> {
  const id = await rig.launch(steered(queueId), { ttlMs });
  await rig.untilWritten(id, "tmp/second");
  return id;
}

async function deadlineOf(id: string): Promise<number> {
  return Date.parse((await rig.launcher.find(id)).deadline);
}

/** The second attempt of the job that was cut short runs to its end, and the queue and the instance with it. */
async function goesOn(id: string, queueId: string): Promise<object> {
  const machine = rig.machine(id);
  await rig.until("the second job runs again", async () => machine.written("tmp/second") === "1\n2\n");
  await rig.untilStatus(queueId, "running");
  await machine.run("touch /tmp/go");
  await rig.untilState(id, "terminated", ENDED_WITHIN_MS);
  return { ...(await rig.status(queueId)), first: machine.written("tmp/first"), boots: machine.boots };
}

const WENT_ON = {
  ...{ status: "completed", first: "1\n", boots: 2 },
  job_details: [
    { job_id: "first", status: "completed", attempt: 1, attempts: 1 },
    { job_id: "second", status: "completed", attempt: 2, attempts: 1 },
    { job_id: "third", status: "completed", attempt: 1, attempts: 1 },
  ],
};

describe.skipIf(isMissing)("an instance that somebody stops", { timeout: 500_000 }, () => {
  it.concurrent("in the midst of a job stores what there is, and started again goes on by itself", async ({
    expect,
  }) => {
    const id = await launch("stopped");
    const deadline = await deadlineOf(id);
    await stop(id);
    expect(rig.machine(id).isOn).toBe(false);
    expect(await rig.status("stopped"), rig.describe()).toMatchObject({
      ...{ status: "interrupted", reason: "shutdown" },
      jobs: { completed: 1, running: 0, pending: 2 },
      job_details: [
        { status: "completed" },
        { status: "pending", attempt: 1, attempts: 0, previous_attempts: [{ reason: "interrupted" }] },
        { status: "pending" },
      ],
    });
    expect(await rig.stored("stopped/second/results/checkpoint.txt")).toBe("saved\n");
    const listed = JSON.parse(await cli.ok(["list", "--json", ...IN_REGION]));
    expect(listed).toContainEqual(
      expect.objectContaining({ instance_id: id, state: "stopped", queue_status: "interrupted" }),
    );
    const shown = await cli.ok(["status", id, ...IN_REGION]);
    expect(shown).toMatch(
      /^State: stopped \(Client\.UserInitiatedShutdown: .*\)\n[\s\S]*^Queue: stopped \(interrupted, 1 of 3 jobs completed\)$/m,
    );
    const refused = await cli.run(["queue", "resume", "stopped", ...IN_REGION]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("aws ec2 start-instances") });

    await start(id);
    expect(await goesOn(id, "stopped"), rig.describe()).toMatchObject({ ...WENT_ON, instance_id: id });
    expect(await deadlineOf(id)).toBe(deadline);
    expect(await rig.stored("stopped/second/attempts/2/stdout.log")).toBe("one\nsaved\n");
  });

  it.concurrent("by force, without a word to it, is told for interrupted, and started again goes on", async ({
    expect,
  }) => {
    const id = await launch("forced");
    await rig.untilStatus("forced", "running");
    await rig.machine(id).losePower();
    await stop(id);
    const status = async () =>
      JSON.parse((await cli.run(["queue", "status", "forced", "--json", ...IN_REGION])).stdout);
    await rig.until(
      "that is known",
      async () => (await status()).status === "interrupted",
      2 * ENDED_WITHIN_MS,
    );
    expect(await status()).toMatchObject({ instance_state: "stopped", jobs: { running: 0, pending: 2 } });
    await start(id);
    const gone = await goesOn(id, "forced");
    expect(gone, rig.describe()).toMatchObject(WENT_ON);
    expect(gone).toMatchObject({ job_details: [{}, { previous_attempts: [{ reason: "host-lost" }] }, {}] });
  });

  it.concurrent("and starts before its deadline ends by that: it gets no new time", async ({ expect }) => {
    const id = await launch("in-time", SHORT_TTL_MS);
    const deadline = await deadlineOf(id);
    await stop(id);
    const half = deadline - SHORT_TTL_MS / 2;
    await rig.until("half of its time has passed", async () => Date.now() > half, SHORT_TTL_MS);
    await start(id);
    const started = Date.now();
    await rig.untilState(id, "terminated", SHORT_TTL_MS);
    expect(Date.now() - started, "sooner than a new time to live").toBeLessThan(SHORT_TTL_MS * 0.9);
    expect(await rig.status("in-time")).toMatchObject({ status: "interrupted", reason: "ttl" });
  });

  it.concurrent("and starts after its deadline ends at once", async ({ expect }) => {
    const id = await launch("too-late", SHORT_TTL_MS);
    await stop(id);
    const deadline = await deadlineOf(id);
    await rig.until("its time is over", async () => Date.now() > deadline, 2 * SHORT_TTL_MS);
    await start(id);
    await rig.untilState(id, "terminated");
    expect(rig.machine(id)).toMatchObject({ boots: 2, isOn: false });
    expect(rig.machine(id).written("tmp/second"), "nothing has run again").toBe("1\n");
    expect(await rig.status("too-late")).toMatchObject({ status: "interrupted" });
  });
});

describe.skipIf(isMissing)("an instance that stops for its queue's end", { timeout: 500_000 }, () => {
  const jobs = [{ job_id: "only", command: "echo done | tee done.txt", result_files: ["done.txt"] }];

  it("has stored everything, is shown, and stays when it is started; at its deadline AWS or gc ends it", async ({
    expect,
  }) => {
    const stopping = ["--on-complete", "stop", "--instance-type", "t3.micro", "--wait"];
    for (const [queue_id, ttl] of [
      ["soon", "30m"],
      ["later", "10h"],
    ] as const) {
      const file = cli.queue({ queue_id, jobs }, `${queue_id}.json`);
      await cli.ok(["launch", "--batch-queue", file, "--ttl", ttl, ...stopping]);
    }
    const of = async (queue: string) =>
      (await rig.launcher.list()).find(({ queueId }) => queueId === queue)?.instanceId ?? "";
    const [soon, later] = [await of("soon"), await of("later")];
    for (const id of [soon, later]) await rig.untilState(id, "stopped", ENDED_WITHIN_MS);
    expect(rig.machine(soon).isOn).toBe(false);
    expect(await rig.status("soon")).toMatchObject({ status: "completed" });
    await rig.expectStored(expect, "soon", "only", ["done.txt"]);
    const listed = JSON.parse(await cli.ok(["list", "--json"]));
    expect(listed).toContainEqual(
      expect.objectContaining({ instance_id: soon, state: "stopped", queue_status: "completed" }),
    );
    expect(await cli.ok(["status", soon])).toMatch(
      /^State: stopped \(Client\.UserInitiatedShutdown: .*\)\n[\s\S]*^Ends: .*\(in \d+m.*\)$/m,
    );

    // Whoever starts it has something to do there; its time goes on all the same.
    await start(later);
    const machine = rig.machine(later);
    const said = () => machine.written("var/log/lab/spored.log") ?? "";
    await rig.until("it stays", async () => said().includes('"kind":"keep"'));
    expect(await machine.output("cat /run/shutdown-at"), "its end is armed").toMatch(/^\d/);
    expect(await rig.state(later)).toBe("running");
    await stop(later);
    expect(await rig.status("later")).toMatchObject({ status: "completed" });

    const garbage = async (env = {}) =>
      JSON.parse(await cli.ok(["gc", "--dry-run", "--json"], { env })).found;
    const instance = expect.objectContaining({ kind: "instance", id: soon });
    expect(await garbage()).not.toContainEqual(instance);
    expect(await garbage(AN_HOUR_LATER)).toContainEqual(instance);
    const { schedules } = rig.lab;
    for (const id of [soon, later]) expect(schedules.names).toContain(`spawn/spawn-${id}`);
    await schedules.actWithin(HOUR_MS);
    expect(schedules.failures).toEqual([]);
    expect(schedules.fired).toContain(`spawn-${soon}`);
    expect([await rig.state(soon), await rig.state(later)]).toEqual(["terminated", "stopped"]);

    const report = await rig.launcherAhead(11 * HOUR_MS).gc({ dryRun: false });
    expect(report.removed).toContainEqual(expect.objectContaining({ kind: "instance", id: later }));
    expect(await rig.state(later)).toBe("terminated");
    expect(report.failed).toEqual([]);
    expect(await leftInAccount(rig.lab.truth)).toEqual([]);
    expect(rig.lab.room.failures).toEqual([]);
    expect(rig.lab.guard.denials).toEqual([]);
  });
});
