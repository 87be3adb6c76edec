import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { debianRoot } from "./debian-root.js";
import { LabRig } from "./lab-rig.js";
import type { Machine } from "./machine.js";
import { cannotRunSystemd, HOST_WITH_SYSTEMD, type System } from "./system.js";
import { cannotMakeLab } from "./why-no-lab.js";

const UNIT = "spored.service";
/** Of arming: whole minutes, rounded up, and what passes between the reckoning and the call. */
const LATE_MS = 90_000;
const FIRST =
  "echo $$ >>/srv/pids; echo $JOB_ATTEMPT >>/srv/attempts; until [ -e /srv/go ]; do sleep 0.1; done";

const isMissing = cannotMakeLab() || cannotRunSystemd();
/** The long form: a release each with systemd 247, 252 and 257, and cloud-init as it ships it. */
const RELEASES = process.env.SPAWN_LONG === "1" ? ["bullseye", "bookworm", "trixie"] : [];
const systems: readonly { readonly name: string; readonly system: () => System }[] = [
  { name: "this host", system: () => HOST_WITH_SYSTEMD },
  ...RELEASES.map((name) => ({
    name,
    system: (): System => ({ root: debianRoot(name), init: "systemd" }),
  })),
];

/** What systemd says of the unit. */
async function shown(
  machine: Machine,
  ...names: readonly string[]
): Promise<Readonly<Record<string, string>>> {
  const text = await machine.output(`systemctl show ${UNIT} --property=${names.join(",")}`);
  return Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => line.split(/=(.*)/s)),
  );
}

/** How many have had its queue, one after the other. */
function runners(machine: Machine): number {
  const journal = machine.written("var/lib/spawn-queue/journal.jsonl") ?? "";
  return journal.split('"type":"runner-started"').length - 1;
}

/** When the machine ends by itself, in ms after its deadline. */
async function armedAfter(machine: Machine, deadline: string): Promise<number> {
  const text = await machine.output("cat /run/systemd/shutdown/scheduled");
  expect(text).toMatch(/^MODE=poweroff$/m);
  return Number(/^USEC=(\d+)$/m.exec(text)?.[1]) / 1000 - Date.parse(deadline);
}

describe.skipIf(isMissing).each(systems)("systemd of $name", { timeout: 240_000 }, ({ system }) => {
  let rig: LabRig;

  beforeAll(async () => {
    rig = await LabRig.start({ system: system() });
  }, 900_000);

  afterAll(() => rig?.stop());

  it("takes the unit, brings the agent back, and ends the machine", async () => {
    const command = `${FIRST}; seq 1000 >made.txt`;
    const queue = { queue_id: "kept", jobs: [{ job_id: "held", command, result_files: ["made.txt"] }] };
    const id = await rig.launch(queue);
    await rig.untilWritten(id, "srv/attempts");
    const machine = rig.machine(id);
    const { deadline } = await rig.launcher.find(id);
    console.log((await machine.output("systemctl --version")).split("\n")[0], machine.lastBoot);

    expect(await machine.run(`systemd-analyze verify --man=no /etc/systemd/system/${UNIT}`)).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(
      await shown(machine, "KillMode", "OOMPolicy", "Restart", "TimeoutStopUSec", "UnitFileState"),
    ).toEqual({
      KillMode: "process",
      OOMPolicy: "continue",
      Restart: "on-failure",
      TimeoutStopUSec: "2min",
      UnitFileState: "enabled",
    });
    const late = await armedAfter(machine, deadline);
    expect(late).toBeGreaterThan(-1_000);
    expect(late).toBeLessThan(LATE_MS);

    await machine.output(`systemctl kill --kill-who=main --signal=KILL ${UNIT}`);
    await rig.until("another agent has the job", async () => runners(machine) === 2);
    expect((await shown(machine, "NRestarts")).NRestarts).toBe("1");
    expect((await machine.run("kill -0 $(cat /srv/pids)")).code, "the job outlives its agent").toBe(0);

    // Neither does an agent see the machine go down, nor can it start after that.
    await machine.output("cd /usr/local/bin && mv spawn-runner away && mv /etc/spawn/fetch fetch");
    await machine.output(`systemctl kill --kill-who=main --signal=KILL ${UNIT}`);
    await (await rig.lab.clients().ec2()).rebootInstances({ InstanceIds: [id] });
    await rig.until("it starts again", async () => machine.boots === 2);
    await rig.untilState(id, "running");
    const isArmed = async () => (await machine.run("test -e /run/systemd/shutdown/scheduled")).code === 0;
    await rig.until("its end is armed again", isArmed);
    const again = await armedAfter(machine, deadline);
    expect(again).toBeGreaterThan(-1_000);
    expect(again).toBeLessThan(LATE_MS);
    expect(machine.written("srv/attempts")).toBe("1\n");
    await machine.output("cd /usr/local/bin && mv fetch /etc/spawn/fetch && mv away spawn-runner");
    await rig.until("the job runs again", async () => machine.written("srv/attempts") === "1\n2\n");

    await machine.output("touch /srv/go");
    await rig.untilState(id, "terminated");
    expect(await rig.status("kept")).toMatchObject({
      status: "completed",
      job_details: [{ attempts: 1, attempt: 2 }],
    });
    await rig.expectStored(expect, "kept", "held", ["made.txt"]);
    expect([...rig.lab.room.failures, ...rig.lab.guard.denials]).toEqual([]);
  });
});
