import { afterAll, beforeAll, describe, it } from "vitest";
import { LabRig } from "./lab-rig.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
let rig: LabRig;

beforeAll(async () => {
  if (!isMissing) rig = await LabRig.start();
});

afterAll(() => rig?.stop());

describe.skipIf(isMissing)("an instance ends by itself", { timeout: 180_000 }, () => {
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
