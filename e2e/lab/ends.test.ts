import { afterAll, beforeAll, describe, it } from "vitest";
import { LabRig } from "./lab-rig.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
/** Seconds: so long is a minute of the machines' own `shutdown` here. The agents' clock is not scaled. */
const MINUTE = 8;
const TTL_MINUTES = 3;
/** Beyond the moment itself, for a machine to end and for EC2 to know. */
const LATE_MS = 30_000;
let rig: LabRig;

beforeAll(async () => {
  if (!isMissing) rig = await LabRig.start({ shutdownMinute: MINUTE });
});

afterAll(() => rig?.stop());

/** One that runs for longer than the instance may; says so in /tmp/started, and how often it was. */
function endless(queue_id: string) {
  return { queue_id, jobs: [{ job_id: "long", command: "echo ran >>/tmp/started; exec sleep 3600" }] };
}

/** Ends the agent, and what would start it again. */
const FOR_GOOD =
  "systemctl disable spored; pkill -KILL -f run-uni[t]; pkill -KILL spawn-runner; pkill -KILL spored";

describe.skipIf(isMissing)("an instance ends by itself", { timeout: 180_000 }, () => {
  async function launch(queueId: string): Promise<string> {
    const id = await rig.launch(endless(queueId), { ttlMs: TTL_MINUTES * 60_000 });
    await rig.untilWritten(id, "tmp/started");
    return id;
  }

  it.concurrent("with its agent dead for good and its job alive", async ({ expect }) => {
    const id = await launch("no-agent");
    const machine = rig.machine(id);
    await machine.run(FOR_GOOD);
    expect((await machine.run("pgrep -x spored")).code, "the agent is gone").toBe(1);
    expect((await machine.run("pgrep -x sleep")).code, "the job is not").toBe(0);
    await rig.untilState(id, "terminated", TTL_MINUTES * MINUTE * 1000 + LATE_MS);
    expect(machine.isOn).toBe(false);
  });

  it.concurrent("with everything of spawn's dead and the network down", async ({ expect }) => {
    const id = await launch("nothing-left");
    const machine = rig.machine(id);
    await machine.run(`${FOR_GOOD}; pkill -KILL -x sleep`);
    machine.link.down();
    await rig.untilState(id, "terminated", TTL_MINUTES * MINUTE * 1000 + LATE_MS);
    expect(machine.isOn).toBe(false);
  });

  it.concurrent("after its queue, though its agent was killed meanwhile: that is back, and the job ran once", async ({
    expect,
  }) => {
    const id = await rig.launch({
      queue_id: "agent-back",
      jobs: [
        { job_id: "wait", command: "echo ran >>/tmp/started; until [ -e /tmp/go ]; do sleep 0.1; done" },
        { job_id: "after", command: "echo after", depends_on: ["wait"] },
      ],
    });
    await rig.untilWritten(id, "tmp/started");
    const machine = rig.machine(id);
    const before = (await machine.output("pgrep -x spored")).trim();
    await machine.run("pkill -KILL -x spored");
    await rig.until("the agent is back", async () => {
      const now = (await machine.run("pgrep -x spored")).stdout.trim();
      return now !== "" && now !== before;
    });
    await machine.run("touch /tmp/go");
    await rig.untilState(id, "terminated");
    expect(machine.written("tmp/started")).toBe("ran\n");
    expect(await rig.status("agent-back")).toMatchObject({
      status: "completed",
      job_details: [
        { job_id: "wait", status: "completed", attempt: 1 },
        { job_id: "after", status: "completed", attempt: 1 },
      ],
    });
  });
});
