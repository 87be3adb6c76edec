import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { motoIsMissing } from "../packages/result-store/src/testing/moto-server.js";
import { CliRig } from "./cli-rig.js";
import { EmulatedAws, runnerStandIn } from "./emulated-aws.js";
import { AN_HOUR_LATER } from "./lab/lab-cli.js";
import { leftInAccount } from "./lab/left-in-account.js";
import type { AwsCall } from "./lab/proxy/aws-call.js";

const isMissing = motoIsMissing();
const LONG = process.env.SPAWN_LONG === "1";
/** The long form kills at every call. */
const STEP = LONG ? 1 : 9;
/** Where the most is at stake, so in every form. */
const ALWAYS = ["RunInstances", "CreateSchedule"];
const CANARY = "canary-of-the-killed-7d0e";
let aws: EmulatedAws;
let rig: Launcher;

beforeAll(async () => {
  if (isMissing) return;
  aws = await EmulatedAws.start();
  rig = new Launcher();
});

afterAll(async () => {
  rig?.dispose();
  await aws?.stop();
});

/** As the calls of one launch, but for who asks only whether it might. */
function operationOf({ operation, form }: AwsCall): string {
  return form.get("DryRun") === "true" ? `${operation} (dry run)` : operation;
}

/** Somebody who launches, and launches again. */
class Launcher extends CliRig {
  begin(queue_id: string) {
    const jobs = [{ job_id: "only", command: "true", timeout: "5m" }];
    const file = this.queue({ queue_id, environment: { TOKEN: "${API_TOKEN}" }, jobs });
    const env = { ...aws.env, SPAWN_RUNNER: runnerStandIn(this.home), API_TOKEN: CANARY };
    return this.start(["launch", "--instance-type", "t3.micro", "--ttl", "30m", "--batch-queue", file], {
      env,
    });
  }

  /** As the command does that somebody gives an hour later. */
  async gc(): Promise<{
    readonly found: readonly { kind: string; id: string }[];
    readonly failed: unknown[];
  }> {
    const { code, stdout, stderr } = await this.run(["gc", "--json"], {
      env: { ...aws.env, ...AN_HOUR_LATER },
    });
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as never;
  }

  /** Launches that were begun and whose end is not known here. */
  get intents(): readonly string[] {
    const folder = join(this.stateHome, "spawn/launches");
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  filesHolding(text: string): readonly string[] {
    return [this.stateHome, this.home]
      .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path, "latin1").includes(text));
  }
}

/** The instances of a queue, and of the one that got the number after it, that are not over. */
async function liveInstances(queueId: string) {
  const ec2 = await aws.truth.ec2();
  const { Reservations = [] } = await ec2.describeInstances({
    Filters: [{ Name: "tag:spawn:queue-id", Values: [queueId, `${queueId}-2`] }],
  });
  const live = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
    ({ State }) => State?.Name !== "terminated",
  );
  const { Schedules = [] } = await (await aws.truth.scheduler()).listSchedules({});
  return Promise.all(
    live.map(async ({ InstanceId = "", Tags = [] }) => {
      const asked = (Attribute: "userData" | "instanceInitiatedShutdownBehavior") =>
        ec2.describeInstanceAttribute({ InstanceId, Attribute });
      const [data, behaviour] = [await asked("userData"), await asked("instanceInitiatedShutdownBehavior")];
      const script = Buffer.from(data.UserData?.Value ?? "", "base64").toString("utf8");
      const endsItself =
        script.startsWith("#!/bin/sh\nshutdown -P +30\n") &&
        behaviour.InstanceInitiatedShutdownBehavior?.Value === "terminate" &&
        Tags.some(({ Key, Value = "" }) => Key === "spawn:ttl-expires-at" && Date.parse(Value) > 0);
      return { endsItself, isScheduled: Schedules.some(({ Name }) => Name?.endsWith(InstanceId)) };
    }),
  );
}

/** The operations of a launch that nobody disturbs, in the order in which they came. */
async function undisturbed(queueId: string): Promise<readonly string[]> {
  const operations: string[] = [];
  aws.proxy.fault = (call) => void operations.push(operationOf(call));
  const { code, stderr } = await rig.begin(queueId).result;
  expect(code, stderr).toBe(0);
  return operations;
}

interface Kill {
  readonly isIt: (operation: string, number: number) => boolean;
  /** Whether AWS still carries out the call at which the command is killed. */
  readonly acts: boolean;
}

/** Kills a launch at one of its calls, looks at what is there, and launches again. */
async function kill(queueId: string, { isIt, acts }: Kill) {
  let calls = 0;
  let at = "";
  const launch = rig.begin(queueId);
  aws.proxy.fault = (call) => {
    if (at !== "") return { kind: "lose-call" };
    if (!isIt(operationOf(call), calls++)) return undefined;
    at = operationOf(call);
    launch.signal("SIGKILL");
    return { kind: acts ? "lose-answer" : "lose-call" };
  };
  const { code } = await launch.result;
  await aws.quiet();
  aws.proxy.fault = () => undefined;
  const which = `killed at ${at}, which ${acts ? "was" : "was not"} carried out`;
  expect(code, which).toBe(null);
  const live = await liveInstances(queueId);
  const unguarded = live.filter(({ endsItself }) => !endsItself).length;
  // Else it was killed when all was done that makes a launch.
  const isCut = rig.intents.length > 0 || live.length === 0;
  expect({ unguarded, many: live.length > 1 }, which).toEqual({ unguarded: 0, many: false });
  expect(rig.filesHolding(CANARY), which).toEqual([]);

  const again = await rig.begin(queueId).result;
  expect(again.code, `${which}: ${again.stderr}`).toBe(0);
  const after = await liveInstances(queueId);
  expect(after, `${which}, and launched again`).toHaveLength(isCut ? 1 : 2);
  expect(
    after.every(({ endsItself, isScheduled }) => endsItself && isScheduled),
    which,
  ).toBe(true);
  return { live: live.length, unguarded, scheduled: live.filter(({ isScheduled }) => isScheduled).length };
}

describe.skipIf(isMissing)("a launch that is killed", { timeout: LONG ? 1_800_000 : 600_000 }, () => {
  it("at any of its calls to AWS leaves no instance that nothing ends; repeated, it makes no second one, and gc leaves nothing", async () => {
    // The first has to make what all later ones find: bucket, groups, the scheduler's role.
    await undisturbed("first");
    const operations = await undisturbed("second");
    for (const name of ALWAYS) expect(operations).toContain(name);
    const numbers = [...operations.keys()].filter((number) => number % STEP === 0);
    const kills: readonly Kill[] = [
      ...ALWAYS.map((name) => ({ isIt: (operation: string) => operation === name, acts: true })),
      ...numbers.flatMap((number) => {
        const isIt = (_operation: string, at: number): boolean => at === number;
        return LONG ? [true, false].map((acts) => ({ isIt, acts })) : [{ isIt, acts: number % 2 === 0 }];
      }),
    ];
    const counts = { calls: operations.length, kills: kills.length, live: 0, unguarded: 0, scheduled: 0 };
    for (const [number, one] of kills.entries()) {
      const { live, unguarded, scheduled } = await kill(`killed-${number}`, one);
      counts.live += live;
      counts.unguarded += unguarded;
      counts.scheduled += scheduled;
    }
    const left = await leftInAccount(aws.truth);
    const { found, failed } = await rig.gc();
    expect(failed).toEqual([]);
    expect(await leftInAccount(aws.truth)).toEqual([]);
    expect(rig.intents).toEqual([]);
    console.log(
      `launches killed: ${JSON.stringify(counts)}; gc found ${found.length} and left none of ${left.length}`,
    );
  });
});
