import { afterAll, beforeAll, beforeEach, describe, expect } from "vitest";
import { motoIsMissing } from "../packages/result-store/src/testing/moto-server.js";
import type { CliRig } from "./cli-rig.js";
import { EmulatedAws, runnerStandIn } from "./emulated-aws.js";
import { test } from "./rig-test.js";

/** What a person waits for an error at most; a loaded machine is given as much again. */
const TOLD_WITHIN_MS = 20_000;
const isMissing = motoIsMissing();
let aws: EmulatedAws;

beforeAll(async () => {
  if (!isMissing) aws = await EmulatedAws.start();
});

beforeEach(() => aws?.reset());

afterAll(() => aws?.stop());

interface Failure {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly prepare?: () => void;
  readonly code: number;
  readonly says: RegExp;
  /** What may be done about it. */
  readonly advises?: RegExp;
}

const NO_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_EC2_METADATA_DISABLED: "true",
};

const FAILURES: Readonly<Record<string, Failure>> = {
  "no credentials": {
    env: NO_CREDENTIALS,
    code: 4,
    says: /there are no AWS credentials/,
    advises: /aws sso login|AWS_PROFILE/,
  },
  "credentials that AWS does not know": {
    prepare: () =>
      aws.refuse("InvalidClientTokenId", "The security token included in the request is invalid.", 403),
    code: 4,
    says: /AWS does not accept the credentials/,
  },
  "credentials that have expired": {
    prepare: () => aws.refuse("ExpiredToken", "The security token included in the request is expired", 403),
    code: 4,
    says: /the AWS credentials have expired/,
    advises: /aws sso login/,
  },
  "no network": {
    env: { AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
    code: 1,
    says: /AWS cannot be reached/,
    advises: /network/,
  },
  "a region that is none": { args: ["--region", "us-east"], code: 2, says: /"us-east" is no AWS region/ },
  "no region": { env: { AWS_REGION: undefined }, code: 2, says: /which AWS region/, advises: /--region/ },
  "a region without a VPC": {
    prepare: () => {
      aws.proxy.fault = ({ operation }) =>
        operation === "DescribeSubnets"
          ? { kind: "refuse", refusal: { code: "InvalidSubnetID.NotFound", message: "none", status: 400 } }
          : undefined;
    },
    code: 2,
    says: /us-east-1 has no default VPC: name a subnet with --subnet/,
  },
  "no permission": {
    prepare: () =>
      aws.refuse("UnauthorizedOperation", "You are not authorized to perform this operation.", 403, {
        operation: "RunInstances",
      }),
    code: 4,
    says: /you may not make instances \(ec2:RunInstances\)/,
  },
  "no capacity": {
    args: ["--zone", "us-east-1a"],
    prepare: () => {
      aws.ec2.hasCapacity = () => false;
    },
    code: 5,
    says: /no instance can be had:\n\s+t3\.micro in us-east-1a \(on-demand\)/,
    advises: /more types/,
  },
  "an unknown instance type": {
    args: ["--instance-type", "t3.mirco"],
    code: 2,
    says: /no instance type t3\.mirco/,
  },
  "an unknown image": { args: ["--ami", "ami-00000000"], code: 2, says: /there is no image ami-00000000/ },
  "a policy that is none": {
    args: ["--iam-policy", "s3:readonly"],
    code: 2,
    says: /no policy "s3:readonly" for --iam-policy/,
    advises: /s3:ReadOnly/,
  },
  "a bucket that is not there": {
    env: { SPAWN_RESULT_S3_BUCKET: "nobodys-bucket" },
    code: 1,
    says: /there is no such bucket/,
  },
};

function launch(rig: CliRig, { args = [], env = {} }: Failure) {
  const file = rig.queue({ queue_id: "q", jobs: [{ job_id: "a", command: "true" }] });
  const type = args.includes("--instance-type") ? [] : ["--instance-type", "t3.micro"];
  return rig.run(["launch", "--batch-queue", file, ...type, ...args], {
    env: { ...aws.env, SPAWN_RUNNER: runnerStandIn(rig.home), ...env },
  });
}

describe.skipIf(isMissing)("a launch on EC2 that cannot be", { timeout: 120_000 }, () => {
  for (const [name, failure] of Object.entries(FAILURES)) {
    test(`with ${name} says so, and makes nothing`, async ({ rig }) => {
      failure.prepare?.();
      const { code, stdout, stderr, elapsedMs } = await launch(rig, failure);
      expect(stderr).toMatch(failure.says);
      if (failure.advises !== undefined) expect(stderr).toMatch(failure.advises);
      expect(code).toBe(failure.code);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(elapsedMs).toBeLessThan(TOLD_WITHIN_MS);
      expect(stdout).not.toContain("Instance launched");
      aws.proxy.fault = () => undefined;
      const { Reservations = [] } = await (await aws.truth.ec2()).describeInstances({});
      expect(Reservations).toEqual([]);
    });
  }

  test("is told to programs as JSON", async ({ rig }) => {
    const { code, stdout } = await launch(rig, { args: ["--json"], env: NO_CREDENTIALS, code: 4, says: /x/ });
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "permission-denied" } });
  });
});
