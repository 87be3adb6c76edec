import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { REGION } from "./lab.js";
import { LabCli } from "./lab-cli.js";
import { LabRig } from "./lab-rig.js";
import { NO_AGENT_ANY_MORE } from "./no-agent-any-more.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
/** Seconds: so long is a minute of the machines' own `shutdown` here. The agents' clock is not scaled. */
const MINUTE = 10;
const TTL_MINUTES = 3;
const ARMED_MS = TTL_MINUTES * MINUTE * 1000;
/** Beyond the moment itself, for a machine to end and for EC2 to know. */
const LATE_MS = 30_000;
/** Of an instance whose agent is to be seen at its own deadline; real time. */
const SHORT_TTL_MS = 80_000;
/** Of an agent that fails at once: five starts, five seconds apart, and how long each takes here. */
const GIVES_UP_WITHIN_MS = 150_000;
let rig: LabRig;

beforeAll(async () => {
  if (!isMissing) rig = await LabRig.start({ shutdownMinute: MINUTE });
});

afterAll(() => rig?.stop());

/** One that runs for longer than the instance may; says so in /tmp/started. */
function endless(queue_id: string) {
  return { queue_id, jobs: [{ job_id: "long", command: "echo ran >>/tmp/started; exec sleep 3600" }] };
}

describe.skipIf(isMissing)("an instance ends by itself", { timeout: 180_000 }, () => {
  async function launch(queueId: string, ttlMs = TTL_MINUTES * 60_000): Promise<string> {
    const id = await rig.launch(endless(queueId), { ttlMs });
    await rig.untilWritten(id, "tmp/started");
    return id;
  }

  async function killAgent(id: string): Promise<void> {
    const machine = rig.machine(id);
    await machine.run(NO_AGENT_ANY_MORE);
    await rig.until("the agent is gone", async () => (await machine.run("pgrep -x spored")).code === 1);
  }

  it.concurrent("with its agent dead for good and its job alive", async ({ expect }) => {
    const id = await launch("no-agent");
    await killAgent(id);
    const machine = rig.machine(id);
    expect((await machine.run("pgrep -f 'sleep 360[0]'")).code, "the job is alive").toBe(0);
    await rig.untilState(id, "terminated", ARMED_MS + LATE_MS);
    expect(machine.isOn).toBe(false);
    expect(machine.written("tmp/started")).toBe("ran\n");
  });

  it.concurrent("with everything of spawn's dead and the network down", async ({ expect }) => {
    const id = await launch("nothing-left");
    await killAgent(id);
    const machine = rig.machine(id);
    await machine.run("pkill -KILL -f 'sleep 360[0]'");
    machine.link.down();
    await rig.untilState(id, "terminated", ARMED_MS + LATE_MS);
    expect(machine.isOn).toBe(false);
  });

  it.concurrent("restarted, though its agent is dead for good: its end is armed again", async ({
    expect,
  }) => {
    const id = await launch("no-agent-again");
    await killAgent(id);
    const machine = rig.machine(id);
    const armed = () => machine.written("var/log/lab/shutdown.log")?.split("\n").length ?? 0;
    const before = armed();
    await machine.run("systemctl reboot");
    await rig.until("its end is armed again", async () => machine.boots === 2 && armed() > before);
    await rig.untilState(id, "terminated", ARMED_MS + LATE_MS);
    expect(machine.isOn).toBe(false);
  });

  it.concurrent("by its deadline, though its agent was told to end with the network down", async ({
    expect,
  }) => {
    const id = await launch("told-unplugged", SHORT_TTL_MS);
    const machine = rig.machine(id);
    machine.link.down();
    await machine.run("shutdown -P now");
    const { deadline } = await rig.launcher.find(id);
    await rig.untilState(id, "terminated", Date.parse(deadline) - Date.now() + LATE_MS);
    expect(machine.isOn).toBe(false);
  });

  it.concurrent("soon, with its agent unable to begin, and says why in the status", async ({ expect }) => {
    const archive = join(rig.folder, "work.tar.gz");
    writeFileSync(archive, "no archive");
    const workdir = { archive, sha256: "0".repeat(64) };
    const id = await rig.launch(endless("given-up"), { ttlMs: 24 * 3_600_000, workdir });
    await rig.untilState(id, "terminated", GIVES_UP_WITHIN_MS + 3 * MINUTE * 1000 + LATE_MS);
    const cli = new LabCli(rig);
    const status = await cli.ok(["queue", "status", "given-up", "--region", REGION]);
    expect(status).toMatch(/Status: interrupted/);
    expect(status).toMatch(/⚠ the agent has failed 5 times in a row, at last with: the work folder/);
  }, 300_000);

  it.concurrent("when a job says that its work is done, wherever the launch wants that said", async ({
    expect,
  }) => {
    const command = "spored complete --status failure --message 'no data'; exec sleep 3600";
    const queue = { queue_id: "said", jobs: [{ job_id: "long", command }] };
    const id = await rig.launch(queue, {
      completionFile: "/tmp/DONE",
      completionDelayMs: 1000,
      ttlMs: 3_600_000,
    });
    await rig.untilState(id, "terminated", 120_000);
    expect(await rig.status("said")).toMatchObject({
      status: "interrupted",
      warnings: [
        { message: "its work is said to have failed: no data; what still runs is stopped" },
        { message: "the instance ends now: its work is said to have failed: no data" },
      ],
    });
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

// By itself: the lab answers no machine that asks for its runner.
describe.skipIf(isMissing)(
  "an instance that restarts before its runner is there",
  { timeout: 180_000 },
  () => {
    it("arms its end again, fetches the runner and runs its queue", async ({ expect }) => {
      const { proxy } = rig.lab;
      let inVain = 0;
      proxy.fault = ({ operation, key }) => {
        if (operation !== "GetObject" || !key.includes("/runner/")) return undefined;
        inVain += 1;
        return { kind: "lose-call" };
      };
      const jobs = [{ job_id: "only", command: "echo done" }];
      const id = await rig.launch({ queue_id: "restarted-early", jobs }, { ttlMs: TTL_MINUTES * 60_000 });
      const machine = rig.machine(id);
      await rig.until("the runner is asked for in vain", async () => inVain > 0);
      const before = inVain;
      await machine.run("systemctl reboot");
      const armed = async () => (await machine.run("cat /run/shutdown-at")).code === 0;
      await rig.until("its end is armed again", async () => machine.boots === 2 && (await armed()));
      await rig.until("the runner is asked for again", async () => inVain > before);
      proxy.fault = () => undefined;
      await rig.untilState(id, "terminated", ARMED_MS + LATE_MS);
      expect(await rig.status("restarted-early")).toMatchObject({ status: "completed" });
    });
  },
);
