import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LabCli } from "./lab-cli.js";
import { LabRig } from "./lab-rig.js";
import { leftInAccount } from "./left-in-account.js";
import { refusal } from "./proxy/answer.js";
import { cannotMakeLab } from "./why-no-lab.js";

const isMissing = cannotMakeLab();
const HOUR_MS = 3_600_000;
/** How long EC2 takes to know what was made, and a new profile. */
const KNOWN_AFTER_MS = 3_000;
let rig: LabRig;

beforeAll(async () => {
  if (!isMissing) rig = await LabRig.start();
});

afterAll(() => rig?.stop());

function endless(queue_id: string) {
  return { queue_id, jobs: [{ job_id: "long", command: "touch /tmp/started; exec sleep 3600" }] };
}

async function live(): Promise<readonly string[]> {
  const all = await rig.launcher.list();
  return all.flatMap(({ instanceId, state }) => (state === "terminated" ? [] : [instanceId]));
}

describe.skipIf(isMissing)("no instance leaks", { timeout: 240_000 }, () => {
  it("that lost its power: AWS ends it, and gc finds and removes what it leaves", async () => {
    const id = await rig.launch(endless("powerless"), { carried: { KEY: "value" } });
    await rig.untilWritten(id, "tmp/started");
    const { schedules } = rig.lab;
    expect(schedules.names).toEqual([`spawn/spawn-${id}`]);
    await rig.machine(id).losePower();
    expect(await rig.state(id), "EC2 does not know").toBe("running");
    await schedules.actWithin(HOUR_MS);
    expect(schedules).toMatchObject({ fired: [`spawn-${id}`], failures: [], names: [] });
    expect(await rig.state(id)).toBe("terminated");

    const later = rig.launcherAhead(HOUR_MS);
    const found = await later.gc({ dryRun: true });
    expect(found).toMatchObject({ removed: [], failed: [], notLookedAt: [], warnings: [] });
    expect(found.found.map(({ kind }) => kind).sort()).toEqual(["parameters", "role"]);
    for (const { id: what, reason } of found.found) {
      expect(`${what} ${reason}`).toContain("powerless");
      expect(reason).not.toBe("");
    }
    expect((await later.gc({ dryRun: false })).failed).toEqual([]);
    expect((await later.gc({ dryRun: true })).found).toEqual([]);
    expect(await rig.parameters()).toEqual([]);
  });

  it("whatever AWS answers at its launch: one machine, on the rung that has room", async () => {
    const { ec2, proxy, room } = rig.lab;
    const before = room.machines.length;
    ec2.hasCapacity = ({ zone }) => zone.endsWith("c");
    ec2.knownAfterMs = KNOWN_AFTER_MS;
    ec2.profileKnownAfterMs = KNOWN_AFTER_MS;
    let [lost, throttled] = [0, 0];
    proxy.fault = ({ operation, form }) => {
      if (operation !== "RunInstances" || form.get("DryRun") === "true") return undefined;
      if (throttled++ === 0)
        return { kind: "refuse", refusal: refusal("RequestLimitExceeded", "too many", 503) };
      // From the third zone on there is room: that answer is lost, twice.
      return ec2.tokens.size >= 3 && lost++ < 2 ? { kind: "lose-answer" } : undefined;
    };
    const refused: string[] = [];
    try {
      const id = await rig.launch(endless("hard-won"), {
        onEvent: (event) => {
          if (event.type === "refused") refused.push(event.zone);
        },
      });
      expect(refused).toEqual(["us-east-1a", "us-east-1b"]);
      // Not known everywhere yet.
      expect(await live()).toEqual([]);
      await rig.until("EC2 knows it", async () => (await live()).includes(id));
      expect(await live()).toEqual([id]);
      expect(room.machines.length).toBe(before + 1);
      await rig.untilWritten(id, "tmp/started");
      await rig.launcher.terminate(id);
      await rig.untilState(id, "terminated");
    } finally {
      proxy.fault = () => undefined;
      Object.assign(ec2, { hasCapacity: () => true, knownAfterMs: 0, profileKnownAfterMs: 0 });
    }
    expect(lost).toBeGreaterThan(1);
    expect(rig.lab.schedules.names).toEqual([]);
    expect(await live()).toEqual([]);
  });

  it("whose launching command was killed when AWS had made it: it does its work and goes, and the next command cleans up", async () => {
    const { proxy, room } = rig.lab;
    const cli = new LabCli(rig);
    const before = room.machines.length;
    const file = cli.queue({
      queue_id: "orphan",
      jobs: [{ job_id: "only", command: "echo done >done.txt", result_files: ["done.txt"] }],
    });
    const launch = cli.start([
      "launch",
      "--instance-type",
      "t3.micro",
      "--ttl",
      "30m",
      "--batch-queue",
      file,
    ]);
    proxy.fault = ({ operation, form }) => {
      if (operation !== "RunInstances" || form.get("DryRun") === "true") return undefined;
      launch.signal("SIGKILL");
      return { kind: "lose-answer" };
    };
    try {
      expect((await launch.result).code).toBe(null);
      await rig.until("it is there", async () => room.machines.length === before + 1);
      proxy.fault = () => undefined;
      const id = room.machines.at(-1)?.instanceId ?? "";
      await rig.untilState(id, "terminated");
      expect(await rig.stored("orphan/only/results/done.txt")).toBe("done\n");
      expect(await leftInAccount(rig.lab.truth)).toEqual([expect.stringMatching(/^role spawn-orphan-/)]);
      await cli.ok(["gc"]);
      expect(await leftInAccount(rig.lab.truth)).toEqual([]);
    } finally {
      proxy.fault = () => undefined;
      cli.dispose();
    }
  });

  it("where the quota is used up: nothing is tried further, and nothing is left", async () => {
    const { proxy, room } = rig.lab;
    const before = room.machines.length;
    proxy.fault = ({ operation, form }) =>
      operation === "RunInstances" && form.get("DryRun") !== "true"
        ? { kind: "refuse", refusal: refusal("VcpuLimitExceeded", "You have requested more vCPU capacity") }
        : undefined;
    try {
      await expect(rig.launch(endless("too-many"))).rejects.toMatchObject({ code: "quota-exceeded" });
    } finally {
      proxy.fault = () => undefined;
    }
    expect(room.machines.length).toBe(before);
    expect((await rig.launcherAhead(HOUR_MS).gc({ dryRun: true })).found).toEqual([]);
  });
});
