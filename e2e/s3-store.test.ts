import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import {
  type MotoServer,
  motoIsMissing,
  startMoto,
} from "../packages/result-store/src/testing/moto-server.js";
import { EmulatedBucket } from "./emulated-bucket.js";
import { test } from "./rig-test.js";
import { outcomes } from "./status-json.js";

const isMissing = motoIsMissing();
let moto: MotoServer;

beforeAll(async () => {
  if (isMissing) return;
  moto = await startMoto();
  await EmulatedBucket.make(moto.endpoint, "team-results");
});

afterAll(() => moto?.stop());

function awsEnv(): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
  };
}

const QUEUE = {
  queue_id: "in-s3",
  result_s3_bucket: "team-results",
  result_s3_prefix: "nightly",
  jobs: [
    {
      job_id: "make",
      command: "echo made > made.txt; head -c 20000000 /dev/zero > big.bin",
      result_files: ["made.txt", "big.bin"],
    },
    { job_id: "use", command: "cat made.txt; exit 3", depends_on: ["make"] },
  ],
};

describe.skipIf(isMissing)("a queue whose results go to S3", () => {
  test("runs here, stores there, and is found there again", async ({ rig }) => {
    const env = awsEnv();
    const { result, status } = await rig.runQueue(rig.queue(QUEUE), { env });
    expect(result.code, result.stderr).toBe(1);
    expect(outcomes(status)).toEqual({ make: "completed 1/1", use: "failed 1/1" });
    expect(existsSync(join(rig.stateHome, "spawn/results/in-s3"))).toBe(false);
    expect(rig.read("results/in-s3/make/results/made.txt")).toBe("made\n");

    rmSync(join(rig.cwd, "results"), { recursive: true });
    const results = await rig.run(["queue", "results", "in-s3"], { env });
    expect(results.code, results.stderr).toBe(0);
    expect(results.stdout).toContain("s3://team-results/nightly/in-s3/");
    expect(readFileSync(join(rig.cwd, "results/in-s3/make/results/big.bin")).length).toBe(20_000_000);

    // Its instance is given up: what is in S3 is enough to go on.
    expect((await rig.run(["terminate", "in-s3", "-y"], { env })).code).toBe(0);
    rmSync(join(rig.cwd, "made.txt"));
    const again = await rig.run(["queue", "resume", "in-s3", "--wait"], { env });
    expect(again.code, again.stderr).toBe(1);
    expect(rig.read("made.txt")).toBe("made\n");
    expect((await rig.run(["queue", "logs", "in-s3", "use"], { env })).stdout).toMatch(/made\n.*made\n$/s);
  });

  test("is not begun where the bucket cannot be had: a clear error, and nothing made", async ({ rig }) => {
    const file = rig.queue({ ...QUEUE, result_s3_bucket: "no-such-bucket-anywhere" });
    const nowhere = await rig.run(["queue", "run", file], { env: awsEnv() });
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr).toContain("no such bucket");

    const nobody = {
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
    };
    const refused = await rig.run(["queue", "run", file], { env: nobody });
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain("no AWS credentials");
  });
});
