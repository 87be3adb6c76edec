import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { motoIsMissing } from "../packages/result-store/src/testing/moto-server.js";
import { CliRig } from "./cli-rig.js";
import { EmulatedAws, runnerStandIn } from "./emulated-aws.js";
import { refusal } from "./lab/proxy/answer.js";
import type { AwsCall } from "./lab/proxy/aws-call.js";
import { test } from "./rig-test.js";
import { SilentServer } from "./silent-server.js";

/** Else each of the surroundings has a third of the commands, another one than the next. */
const LONG = process.env.SPAWN_LONG === "1";
/** Ten seconds are promised, and what it took is printed; this is for what hangs. */
const TOLD_WITHIN_MS = 60_000;
const REGION = "us-east-1";
const INSTANCE = "i-0123456789abcdef0";
const QUEUE = "nightly";
const isMissing = motoIsMissing();

let aws: EmulatedAws;
let silent: SilentServer;
let silence = "";
let count = 0;
let slowestMs = 0;

beforeAll(async () => {
  if (isMissing) return;
  aws = await EmulatedAws.start();
  silent = new SilentServer();
  silence = await silent.listen();
});

afterAll(async () => {
  await aws?.stop();
  await silent?.close();
  console.info(
    `${count} commands in surroundings that fail; the slowest took ${(slowestMs / 1000).toFixed(1)} s`,
  );
});

const FILE = { queue_id: QUEUE, jobs: [{ job_id: "a", command: "true" }] };

/** Every command that goes to EC2. The queue and its instance were launched from here. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "launch --dry-run": ["launch", "--batch-queue", "queue.json", "--instance-type", "t3.micro", "--dry-run"],
  launch: ["launch", "--batch-queue", "queue.json", "--instance-type", "t3.micro"],
  list: ["list"],
  status: ["status", QUEUE],
  connect: ["connect", QUEUE],
  extend: ["extend", QUEUE, "1h"],
  terminate: ["terminate", QUEUE, "-y"],
  gc: ["gc", "--dry-run"],
  cost: ["cost"],
  "cost --queue-id": ["cost", "--queue-id", QUEUE],
  "cost --instance-id": ["cost", "--instance-id", INSTANCE],
  "alerts create cost": ["alerts", "create", "cost", "--threshold", "10"],
  "alerts list": ["alerts", "list"],
  "alerts delete": ["alerts", "delete", "spawn-cost-10"],
  "queue status": ["queue", "status", QUEUE],
  "queue status --watch": ["queue", "status", QUEUE, "--watch"],
  "queue logs": ["queue", "logs", QUEUE],
  "queue results": ["queue", "results", QUEUE],
  "queue resume": ["queue", "resume", QUEUE],
  "queue cancel": ["queue", "cancel", QUEUE],
  "queue explain": ["queue", "explain", QUEUE, "a"],
  "status, of what was launched elsewhere": ["status", INSTANCE, "--region", REGION],
  "queue status, of what was launched elsewhere": ["queue", "status", "other", "--region", REGION],
};

interface Surroundings {
  readonly env?: () => Readonly<Record<string, string | undefined>>;
  /** How each call is refused, where it comes to AWS at all. */
  readonly refuse?: (call: AwsCall) => readonly [code: string, message: string, status: number];
  readonly code: number;
  readonly says: RegExp;
  readonly advises: RegExp;
}

const SURROUNDINGS: Readonly<Record<string, Surroundings>> = {
  "no credentials": {
    env: () => ({
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_EC2_METADATA_DISABLED: "true",
    }),
    code: 4,
    says: /there are no AWS credentials/,
    advises: /aws sso login.*AWS_PROFILE/,
  },
  "wrong credentials": {
    refuse: wrongCredentials,
    code: 4,
    says: /AWS does not accept the credentials/,
    advises: /Check AWS_PROFILE and the keys/,
  },
  "expired credentials": {
    refuse: expiredCredentials,
    code: 4,
    says: /the AWS credentials have expired/,
    advises: /aws sso login/,
  },
  "no network: connections are refused": {
    env: () => ({ AWS_ENDPOINT_URL: "http://127.0.0.1:9" }),
    code: 1,
    says: /(AWS|S3) cannot be reached/,
    advises: /Check the network/,
  },
  "no network: names are not found": {
    env: () => ({ AWS_ENDPOINT_URL: "http://aws.invalid" }),
    code: 1,
    says: /(AWS|S3) cannot be reached/,
    advises: /Check the network/,
  },
  "no network: nobody answers": {
    env: () => ({ AWS_ENDPOINT_URL: silence }),
    code: 1,
    says: /(AWS|S3) cannot be reached/,
    advises: /Check the network/,
  },
};

/** As each service names them. */
function wrongCredentials({ service, method }: AwsCall): readonly [string, string, number] {
  const words = "The security token included in the request is invalid.";
  if (service === "ec2") return ["AuthFailure", "AWS was not able to validate the provided credentials", 401];
  if (service === "s3") return [method === "HEAD" ? "" : "InvalidAccessKeyId", words, 403];
  return service === "sts" || service === "iam"
    ? ["InvalidClientTokenId", words, 403]
    : ["UnrecognizedClientException", words, 400];
}

function expiredCredentials({ service }: AwsCall): readonly [string, string, number] {
  const words = "The security token included in the request is expired";
  if (service === "ec2") return ["RequestExpired", "Request has expired.", 400];
  if (service === "s3") return ["ExpiredToken", "The provided token has expired.", 400];
  return service === "sts" || service === "iam"
    ? ["ExpiredToken", words, 403]
    : ["ExpiredTokenException", words, 400];
}

/** A home from which the queue was launched. */
function remember(rig: CliRig): void {
  const folder = join(rig.stateHome, "spawn/ec2");
  mkdirSync(folder, { recursive: true });
  const launchedAt = new Date(Date.now() - 60_000).toISOString();
  const { account } = aws.machine;
  const record = { instanceId: INSTANCE, queueId: QUEUE, region: REGION, account, launchedAt };
  const storeRoot = `s3://spawn-results-${REGION}/`;
  writeFileSync(
    join(folder, `${INSTANCE}.json`),
    JSON.stringify({ schema_version: 1, ...record, storeRoot }),
  );
}

async function run(rig: CliRig, args: readonly string[], env: Readonly<Record<string, string | undefined>>) {
  rig.queue(FILE);
  const result = await rig.run(args, { env: { ...aws.env, SPAWN_RUNNER: runnerStandIn(rig.home), ...env } });
  count += 1;
  slowestMs = Math.max(slowestMs, result.elapsedMs);
  const all = `${result.stdout}${result.stderr}`;
  expect(all).not.toMatch(/\n\s+at \S+ \(/);
  expect(result.elapsedMs).toBeLessThan(TOLD_WITHIN_MS);
  return { ...result, all };
}

for (const [turn, [name, surroundings]] of Object.entries(SURROUNDINGS).entries()) {
  const { env, refuse, code, says, advises } = surroundings;
  describe.skipIf(isMissing)(name, { timeout: 120_000 }, () => {
    beforeAll(async () => {
      await aws?.reset();
      if (aws !== undefined && refuse !== undefined)
        aws.proxy.fault = (call) => ({ kind: "refuse", refusal: refusal(...refuse(call)) });
    });

    const commands = Object.entries(COMMANDS).filter((_, at) => LONG || at % 3 === turn % 3);
    for (const [command, args] of commands) {
      test.concurrent(`is told by ${command}`, async ({ rig }) => {
        remember(rig);
        const result = await run(rig, args, env?.() ?? {});
        expect(result.stderr).toMatch(says);
        expect(result.stderr).toMatch(advises);
        expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code });
        // What could not be looked at is not nothing.
        expect(result.all).not.toMatch(/No instances\.|No cost alerts|Nothing is left over|EC2 tells of no/);
      });
    }
  });
}

interface Expected {
  readonly code: number;
  readonly says: RegExp;
}

const NO_SUCH_INSTANCE: Expected = { code: 1, says: /there is no instance i-\w+[\s\S]*spawn list/ };
const NO_SUCH_QUEUE: Expected = { code: 3, says: /there is no queue nightly[\s\S]*spawn list/ };

/** Of commands given on a machine that knows of no launch, in an account with nothing in it. */
const OF_NOTHING: Readonly<Record<string, Expected & { readonly args?: readonly string[] }>> = {
  "launch --dry-run": { code: 0, says: /Dry run: nothing is made/ },
  list: { code: 0, says: /No instances\. Launch one/ },
  status: { ...NO_SUCH_INSTANCE, args: ["status", INSTANCE] },
  connect: { ...NO_SUCH_INSTANCE, args: ["connect", INSTANCE] },
  extend: { ...NO_SUCH_INSTANCE, args: ["extend", INSTANCE, "1h"] },
  terminate: { ...NO_SUCH_INSTANCE, args: ["terminate", INSTANCE, "-y"] },
  gc: { code: 0, says: /Nothing is left over in all regions/ },
  cost: { code: 0, says: /EC2 tells of no instances/ },
  "cost --instance-id": NO_SUCH_INSTANCE,
  "cost --queue-id": { ...NO_SUCH_QUEUE, args: ["cost", "--queue-id", QUEUE, "--region", REGION] },
  "alerts list": { code: 0, says: /No cost alerts/ },
  "alerts delete": { code: 2, says: /no cost alert spawn-cost-10[\s\S]*There is none at all/ },
  "queue status": { ...NO_SUCH_QUEUE, args: ["queue", "status", QUEUE, "--region", REGION] },
  "queue logs": { ...NO_SUCH_QUEUE, args: ["queue", "logs", QUEUE, "--region", REGION] },
  "queue results": { ...NO_SUCH_QUEUE, args: ["queue", "results", QUEUE, "--region", REGION] },
  "queue resume": { ...NO_SUCH_QUEUE, args: ["queue", "resume", QUEUE, "--region", REGION] },
  "queue cancel": { ...NO_SUCH_QUEUE, args: ["queue", "cancel", QUEUE, "--region", REGION] },
  "queue explain": { ...NO_SUCH_QUEUE, args: ["queue", "explain", QUEUE, "a", "--region", REGION] },
};

/** Of commands about a queue that was launched from here, of which the account has nothing any more. */
const OF_WHAT_IS_GONE: Readonly<Record<string, Expected>> = {
  status: { code: 1, says: /the instance of \S+ is gone/ },
  connect: { code: 1, says: /the instance of \S+ is gone/ },
  extend: { code: 1, says: /the instance of \S+ is gone/ },
  terminate: { code: 1, says: /the instance of \S+ is gone/ },
  "cost --queue-id": { code: 1, says: /there is no such bucket/ },
  "queue status": { code: 1, says: /the status of nightly is unknown: .*there is no such bucket/ },
  "queue logs": { code: 1, says: /there is no such bucket/ },
  "queue results": { code: 1, says: /there is no such bucket/ },
  "queue resume": { code: 1, says: /there is no such bucket/ },
  "queue cancel": { code: 1, says: /there is no such bucket/ },
  "queue explain": { code: 1, says: /there is no such bucket/ },
};

describe.skipIf(isMissing)("a region with nothing", { timeout: 120_000 }, () => {
  beforeAll(async () => {
    if (isMissing) return;
    await aws.reset();
    // The emulator makes each region when it is first asked for it, which takes it long.
    const rig = new CliRig();
    await rig.run(["gc", "--dry-run"], { env: aws.env });
    rig.dispose();
  });

  for (const [command, { code, says, args }] of Object.entries(OF_NOTHING)) {
    test.concurrent(`is told by ${command}`, async ({ rig }) => {
      const result = await run(rig, args ?? COMMANDS[command] ?? [], {});
      expect(result.all).toMatch(says);
      expect({ code: result.code, all: result.all }).toMatchObject({ code });
    });
  }

  for (const [command, { code, says }] of Object.entries(OF_WHAT_IS_GONE)) {
    test.concurrent(`is told by ${command}, of a queue that was there`, async ({ rig }) => {
      remember(rig);
      const result = await run(rig, COMMANDS[command] ?? [], {});
      expect(result.all).toMatch(says);
      expect({ code: result.code, all: result.all }).toMatchObject({ code });
    });
  }
});
