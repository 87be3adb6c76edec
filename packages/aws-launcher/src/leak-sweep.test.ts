import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IntentFolder } from "./launch/intent-file.js";
import type { Fault } from "./testing/faulty-handler.js";
import { type Moto, startMoto } from "./testing/moto.js";
import { Rig } from "./testing/rig.js";

const SWEEP_WITHIN_MS = 300_000;
/** What only makes a launch wait or ask again is tried at every third call; the long form takes them all. */
const PATIENT_STEP = process.env.SPAWN_LONG === "1" ? 1 : 3;
/** What all queues share, and stays. */
const SHARED_ROLES = ["spawn-deadline"];

let moto: Moto;

beforeAll(async () => {
  moto = await startMoto();
});

afterAll(() => moto.stop());

interface Outcome {
  readonly launched: boolean;
  readonly live: number;
  /** Of them, how many nothing but this launcher would end. */
  readonly unguarded: number;
  readonly leftOver: readonly string[];
}

async function fresh(): Promise<Rig> {
  await moto.reset();
  const rig = new Rig(moto);
  await rig.makeBucket();
  rig.handler.calls.length = 0;
  return rig;
}

async function launch(rig: Rig): Promise<boolean> {
  try {
    await rig.launcher.launch(rig.request({ carried: { TOKEN: "canary" } }));
    return true;
  } catch (error) {
    expect(error).toMatchObject({ name: "SpawnError" });
    return false;
  }
}

async function look(rig: Rig, launched: boolean): Promise<Outcome> {
  const live = (await rig.launcher.list()).filter(({ state }) => state !== "terminated");
  const guarded = await Promise.all(live.map(({ instanceId }) => endsByItself(rig, instanceId)));
  return {
    launched,
    live: live.length,
    unguarded: guarded.filter((ends) => !ends).length,
    leftOver: live.length > 0 ? [] : await leftOver(rig),
  };
}

/** Whether the machine's own shutdown ends the instance for good, and whether gc could tell when that should have been. */
async function endsByItself(rig: Rig, InstanceId: string): Promise<boolean> {
  const ec2 = await rig.clients.ec2();
  const [data, behaviour, { deadline }] = await Promise.all([
    ec2.describeInstanceAttribute({ InstanceId, Attribute: "userData" }),
    ec2.describeInstanceAttribute({ InstanceId, Attribute: "instanceInitiatedShutdownBehavior" }),
    rig.launcher.find(InstanceId),
  ]);
  const script = Buffer.from(data.UserData?.Value ?? "", "base64").toString("utf8");
  return (
    script.startsWith("#!/bin/sh\nshutdown -P +60\n") &&
    behaviour.InstanceInitiatedShutdownBehavior?.Value === "terminate" &&
    deadline !== "unreadable"
  );
}

async function leftOver(rig: Rig): Promise<readonly string[]> {
  const [iam, ssm, scheduler] = await Promise.all([
    rig.clients.iam(),
    rig.clients.ssm(),
    rig.clients.scheduler(),
  ]);
  const { Roles = [] } = await iam.listRoles({});
  const { InstanceProfiles = [] } = await iam.listInstanceProfiles({});
  const { Parameters = [] } = await ssm.getParametersByPath({ Path: "/spawn/", Recursive: true });
  const { Schedules = [] } = await scheduler.listSchedules({});
  return [
    ...Roles.map(({ RoleName = "" }) => RoleName).filter((name) => !SHARED_ROLES.includes(name)),
    ...InstanceProfiles.map(({ InstanceProfileName = "" }) => `profile ${InstanceProfileName}`),
    ...Parameters.map(({ Name = "" }) => Name),
    ...Schedules.map(({ Name = "" }) => Name),
    ...new IntentFolder(rig.folder).read().map(({ generation }) => `intent ${generation}`),
  ];
}

/** What the next command does, in a new process. */
async function nextCommand(rig: Rig): Promise<void> {
  rig.handler.revive();
  rig.clock.advance(6 * 60_000);
  await rig.launcher.reconcile();
}

/** Runs one launch for each of its calls (every `step`-th), in which that call fails so; `check` looks at each. */
async function sweep(
  fault: Fault,
  check: (rig: Rig, outcome: Outcome) => Promise<void>,
  step = 1,
): Promise<void> {
  const rig = await fresh();
  expect(await launch(rig)).toBe(true);
  const operations = rig.handler.calls.map(({ operation }) => operation);
  await rig.close();
  const counts = { calls: operations.length, launched: 0, failed: 0, live: 0, unguarded: 0 };
  for (let number = 0; number < operations.length; number += step) {
    const under = await fresh();
    try {
      under.handler.fault = (_call, at) => (at === number ? fault : undefined);
      const launched = await launch(under);
      if (fault !== "killed") under.handler.revive();
      const hit = under.handler.calls[number]?.operation ?? "none";
      const outcome = fault === "killed" ? await afterDeath(under, launched) : await look(under, launched);
      counts[launched ? "launched" : "failed"] += 1;
      counts.live += outcome.live;
      counts.unguarded += outcome.unguarded;
      expect(outcome.unguarded, `${fault} of ${hit}`).toBe(0);
      await check(under, outcome).catch((error: unknown) => {
        throw new Error(
          `${fault} of call ${number}, ${hit}: ${error instanceof Error ? error.message : error}`,
        );
      });
    } finally {
      await under.close();
    }
  }
  console.log(`${fault}: ${JSON.stringify(counts)}`);
}

async function afterDeath(rig: Rig, launched: boolean): Promise<Outcome> {
  rig.handler.revive();
  return look(rig, launched);
}

describe("whatever call of a launch fails", { timeout: SWEEP_WITHIN_MS }, () => {
  it("refused: the launch fails with nothing left, or goes on with one instance", async () => {
    await sweep("error", async (_rig, { launched, live, leftOver }) => {
      expect({ live, leftOver }).toEqual({ live: launched ? 1 : 0, leftOver: [] });
    });
  });

  it("throttled: the launch goes on, with one instance", async () => {
    await sweep(
      "throttle",
      async (_rig, { launched, live }) => {
        expect({ launched, live }).toEqual({ launched: true, live: 1 });
      },
      PATIENT_STEP,
    );
  });

  it("answered in vain: the launch goes on, with one instance", async () => {
    await sweep(
      "lost-answer",
      async (_rig, { launched, live }) => {
        expect({ launched, live }).toEqual({ launched: true, live: 1 });
      },
      PATIENT_STEP,
    );
  });

  it("the last before the launcher is killed: the instance has its own end, and the next command leaves nothing", async () => {
    await sweep("killed", async (rig, { launched, live }) => {
      expect(launched).toBe(false);
      expect(live).toBeLessThanOrEqual(1);
      await nextCommand(rig);
      expect(await look(rig, false)).toMatchObject({ live: 0, leftOver: [] });
    });
  });
});
