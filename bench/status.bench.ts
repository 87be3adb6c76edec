import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CliRig } from "../e2e/cli-rig.js";
import { EmulatedAws } from "../e2e/emulated-aws.js";
import type { SeenCall } from "../e2e/lab/proxy/aws-proxy.js";
import { ObservedQueue } from "../e2e/observed-queue.js";
import { RUNNER_PROGRAMS, type RunnerProgram } from "../e2e/runner-programs.js";
import { depths } from "./call-chain.js";

const { SPAWN_BENCH_ROUNDS = "1", SPAWN_BENCH_SCRATCH = "" } = process.env;
const REGION = "us-east-1";
const BUCKET = `spawn-results-${REGION}`;
const REFRESHES = 40;
const REFRESH_MS = 100;
/** Enough for a runner that stores its status every ten seconds to do so. */
const COUNTED_FOR_MS = 12_000;

/** A reference to a queue, on a machine that knows of the launch or on another. */
interface Asked {
  readonly name: string;
  readonly args: readonly string[];
  readonly rig: CliRig;
}

const JOBS = [
  { job_id: "prepare", command: "echo prepared > data.txt", result_files: ["data.txt"] },
  { job_id: "train", command: 'until [ -e "$MARKS/go" ]; do sleep 2; done', depends_on: ["prepare"] },
  { job_id: "evaluate", command: "true", depends_on: ["train"] },
];

async function startQueue(aws: EmulatedAws, rig: CliRig, queue_id: string): Promise<ObservedQueue> {
  const program = RUNNER_PROGRAMS[0] as RunnerProgram;
  const queue = { queue_id, jobs: JOBS };
  const observed = await ObservedQueue.make({ program, moto: aws.moto, clients: aws.truth, queue });
  observed.noteIn(rig);
  observed.startAgent();
  await observed.until((status) => JSON.stringify(status.jobs).includes('"completed":1'));
  return observed;
}

/** Its queue is over, and EC2 knows its instance no more. */
async function finish(observed: ObservedQueue): Promise<void> {
  writeFileSync(observed.agent.mark("go"), "");
  await observed.until(({ status }) => status === "completed");
  await observed.agent.kill("SIGKILL");
  await observed.forget();
}

function countsOf({ name }: Asked, calls: readonly SeenCall[]) {
  const count = (service: string) => calls.filter((call) => call.service === service).length;
  const [s3, ec2, sts] = [count("s3"), count("ec2"), count("sts")];
  const rest = { other: calls.length - s3 - ec2 - sts, path: Math.max(...depths(calls)) };
  return { name, s3, ec2, sts, ...rest };
}

async function countCalls(aws: EmulatedAws, asked: Asked) {
  const from = aws.proxy.calls.length;
  const { code, stderr } = await asked.rig.run(["queue", "status", ...asked.args], { env: aws.env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  await aws.quiet();
  return countsOf(asked, aws.proxy.calls.slice(from));
}

/** Of a watch of which only each heartbeat changes anything: its refreshes, and what they asked for. */
async function countRefreshes(aws: EmulatedAws, { rig, args }: Asked) {
  const from = aws.proxy.calls.length;
  const flags = ["--watch", "--refresh", `${REFRESH_MS}ms`, "--json"];
  const watch = rig.start(["queue", "status", ...args, ...flags], { env: aws.env });
  const end = Date.now() + COUNTED_FOR_MS;
  await expect.poll(() => Date.now() > end, { timeout: 2 * COUNTED_FOR_MS, interval: 200 }).toBe(true);
  watch.signal("SIGINT");
  const { stdout } = await watch.result;
  const calls = aws.proxy.calls.slice(from);
  return {
    refreshes: stdout.trimEnd().split("\n").length,
    calls: calls.length,
    unchanged: calls.filter(({ status }) => status === 304).length,
    gets: calls.filter(({ operation }) => operation === "GetObject").length,
  };
}

/** Past the proxy, which takes its time. */
async function time(aws: EmulatedAws, running: ObservedQueue, asked: readonly Asked[]) {
  const rig = (asked[0] as Asked).rig;
  const getObject = join(SPAWN_BENCH_SCRATCH, "get-object/get-object.mjs");
  const key = `${running.queueId}/status.json`;
  const bare = [process.execPath, getObject, BUCKET, key, aws.machine.account];
  const status = ({ args }: Asked) => [process.execPath, rig.cli, "queue", "status", ...args];
  const [first] = asked as [Asked];
  const work = {
    rounds: Number(SPAWN_BENCH_ROUNDS),
    measure: join(SPAWN_BENCH_SCRATCH, "measure"),
    cwd: SPAWN_BENCH_SCRATCH,
    commands: [
      { name: "node -e 0", argv: [process.execPath, "-e", "0"] },
      { name: "GetObject by the SDK alone", argv: bare },
      ...asked.map((one) => ({
        ...{ name: one.name, argv: status(one) },
        env: { XDG_STATE_HOME: one.rig.stateHome },
      })),
      ...(process.env.SPAWN_BENCH_AWS === undefined
        ? []
        : [
            {
              name: "aws s3 cp",
              argv: [process.env.SPAWN_BENCH_AWS, "s3", "cp", `s3://${BUCKET}/${key}`, "-"],
            },
          ]),
    ],
    watch: {
      ...{ argv: [...status(first), "--watch", "--refresh", `${REFRESH_MS}ms`, "--json"] },
      ...{ env: { XDG_STATE_HOME: first.rig.stateHome }, refreshMs: REFRESH_MS },
    },
    looks: { argv: [...bare, String(REFRESHES)] },
    refreshes: REFRESHES,
  };
  const [workFile, foundFile] = ["work.json", "times.json"].map((name) => join(SPAWN_BENCH_SCRATCH, name));
  writeFileSync(workFile as string, JSON.stringify(work));
  const env = { ...rig.env, ...aws.env, AWS_ENDPOINT_URL: aws.moto.endpoint } as NodeJS.ProcessEnv;
  const argv = [join(import.meta.dirname, "status-times.mjs"), workFile as string, foundFile as string];
  const child = spawn(process.execPath, argv, { env, stdio: ["ignore", "inherit", "inherit"] });
  expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
  return JSON.parse(readFileSync(foundFile as string, "utf8")) as object;
}

it("is told how queues stand", async () => {
  const aws = await EmulatedAws.start();
  const [here, gone, elsewhere] = [new CliRig(), new CliRig(), new CliRig()];
  const queues: ObservedQueue[] = [];
  try {
    const running = await startQueue(aws, here, "nightly");
    queues.push(running);
    const over = await startQueue(aws, gone, "weekly");
    queues.push(over);
    await finish(over);
    const by = (what: string, rig: CliRig, { queueId, instanceId }: ObservedQueue): readonly Asked[] =>
      [
        ["queue id", queueId],
        ["instance id", instanceId],
        ["last", "last"],
      ].map(([ref, value]) => ({ name: `${what}, by ${ref}`, args: [value as string], rig }));
    const asked = [
      ...by("a queue that runs", here, running),
      ...by("one that is over, its instance gone", gone, over),
      { name: "one that runs, launched elsewhere", args: ["nightly", "--region", REGION], rig: elsewhere },
    ];
    const counts = [];
    for (const one of asked) counts.push(await countCalls(aws, one));
    const refreshes = await countRefreshes(aws, asked[0] as Asked);
    const times = await time(aws, running, asked);
    mkdirSync(SPAWN_BENCH_SCRATCH, { recursive: true });
    writeFileSync(join(SPAWN_BENCH_SCRATCH, "found.json"), JSON.stringify({ counts, refreshes, ...times }));
  } finally {
    for (const { agent } of queues) await agent.remove();
    for (const rig of [here, gone, elsewhere]) rig.dispose();
    await aws.stop();
  }
});
