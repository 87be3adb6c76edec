import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { LabCli } from "../e2e/lab/lab-cli.js";
import { LabRig } from "../e2e/lab/lab-rig.js";
import type { SeenCall } from "../e2e/lab/proxy/aws-proxy.js";
import { cannotMakeLab } from "../e2e/lab/why-no-lab.js";
import { depths } from "./call-chain.js";

const ROUNDS = Number(process.env.SPAWN_BENCH_ROUNDS ?? 1);
const LAUNCH = ["launch", "--instance-type", "t3.micro", "--ttl", "30m", "--batch-queue"];

/** A launch's calls, and how many of them had to wait for one another. */
interface Calls {
  readonly name: string;
  readonly total: number;
  readonly path: number;
  readonly before: number;
}

/** Milliseconds. */
interface Times {
  readonly firstJob: number;
  readonly boot: number;
  readonly own: number;
  readonly requested: number;
  readonly installed: number;
  readonly prepared: number;
  readonly command: number;
}

function countOf(name: string, calls: readonly SeenCall[]): Calls {
  const found = depths(calls);
  const run = calls.findLastIndex(({ operation }) => operation === "RunInstances");
  return { name, total: calls.length, path: Math.max(...found), before: (found[run] ?? 0) - 1 };
}

/** Those of whoever launches. The machine has a signed address of theirs to fetch the runner by. */
function callsSince({ lab }: LabRig, from: number): readonly SeenCall[] {
  const calls = lab.proxy.calls.slice(from);
  const run = calls.findLast(({ operation }) => operation === "RunInstances");
  return calls.filter(
    ({ accessKey, operation, beganMs }) =>
      accessKey === lab.credentials.accessKeyId &&
      !(operation === "GetObject" && beganMs > (run?.beganMs ?? Infinity)),
  );
}

/** Launches, and says what was asked for that by whoever launches. */
async function countCalls(rig: LabRig, name: string, cli: LabCli, args: readonly string[]): Promise<Calls> {
  const queue_id = name.replaceAll(/\W+/g, "-");
  const environment = { A: "${A_VALUE:-}", B: "${B_VALUE:-}" };
  const file = cli.queue(
    { queue_id, environment, jobs: [{ job_id: "only", command: "true" }] },
    "count.json",
  );
  const from = rig.lab.proxy.calls.length;
  const env = args.length === 0 ? {} : { A_VALUE: "a", B_VALUE: "b" };
  await cli.ok([...LAUNCH, file, ...args], { env });
  return countOf(name, callsSince(rig, from));
}

async function timeLaunch(rig: LabRig, cli: LabCli, round: number): Promise<Times> {
  const jobs = [{ job_id: "first", command: "date +%s%N >/tmp/began" }];
  const file = cli.queue({ queue_id: `round-${round}`, jobs }, "time.json");
  const { proxy, room, credentials } = rig.lab;
  const [from, machines] = [proxy.calls.length, room.machines.length];
  const [startedMs, startedWallMs] = [performance.now(), Date.now()];
  const launch = cli.start([...LAUNCH, file]);
  await rig.until("there is a machine", async () => room.machines.length > machines);
  const machine = room.machines.at(-1);
  if (machine === undefined) throw new Error("there is no machine");
  await rig.until("the first job began", async () => /\d\n/.test(machine.written("tmp/began") ?? ""));
  const firstJob = Number(machine.written("tmp/began")) / 1e6 - startedWallMs;
  const { code, elapsedMs: command } = await launch.result;
  expect(code).toBe(0);
  const calls = proxy.calls.slice(from);
  const made = calls.findLast(({ operation }) => operation === "RunInstances");
  const agent = calls.find(
    ({ accessKey, operation }) => accessKey !== credentials.accessKeyId && operation !== "",
  );
  const requested = (made?.beganMs ?? Number.NaN) - startedMs;
  const agentAt = (agent?.beganMs ?? Number.NaN) - startedMs;
  const { bootedMs, bootMs: boot } = machine.lastBoot;
  await rig.untilState(machine.instanceId, "terminated");
  return {
    ...{ firstJob, boot, own: firstJob - boot, requested, command },
    installed: agentAt - (bootedMs - startedMs),
    prepared: firstJob - agentAt,
  };
}

it.skipIf(cannotMakeLab())("launches", async () => {
  const rig = await LabRig.start({ isFirst: true });
  const cli = new LabCli(rig);
  try {
    cli.write("scripts/one.sh", "true\n");
    const calls = [
      await countCalls(rig, "the first in an account", cli, []),
      await countCalls(rig, "a queue", cli, []),
      await countCalls(rig, "with a work folder and two variables", cli, ["--workdir", "."]),
    ];
    for (const { instanceId } of rig.lab.room.machines) await rig.untilState(instanceId, "terminated");
    const times: Times[] = [];
    for (let round = 0; round < ROUNDS; round += 1) times.push(await timeLaunch(rig, cli, round));
    const to = process.env.SPAWN_BENCH_FOUND;
    if (to !== undefined) writeFileSync(to, JSON.stringify({ calls, times }));
  } finally {
    cli.dispose();
    await rig.stop();
  }
});
