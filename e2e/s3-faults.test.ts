import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, vi } from "vitest";
import {
  type MotoServer,
  motoIsMissing,
  startMoto,
} from "../packages/result-store/src/testing/moto-server.js";
import type { CliRig } from "./cli-rig.js";
import { EmulatedBucket } from "./emulated-bucket.js";
import { FaultyProxy } from "./faulty-proxy.js";
import { test } from "./rig-test.js";

const LONG = process.env.SPAWN_LONG === "1";
const PARTITION_MS = LONG ? 60_000 : 8_000;
const PATIENCE_MS = LONG ? 400_000 : 120_000;

const isMissing = motoIsMissing();
let moto: MotoServer;
let proxy: FaultyProxy;
let bucket: EmulatedBucket;
let env: Record<string, string>;

beforeAll(async () => {
  if (isMissing) return;
  moto = await startMoto();
  proxy = new FaultyProxy(moto.endpoint, 7);
  env = {
    AWS_ENDPOINT_URL: await proxy.listen(),
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "us-east-1",
  };
  bucket = await EmulatedBucket.make(moto.endpoint, "results");
});

afterAll(async () => {
  await proxy?.close();
  await moto?.stop();
});

/** Three jobs with results of one part and of several, and one that talks for a while. */
function pipeline(queueId: string) {
  const make = (job_id: string, megabytes: number) => ({
    job_id,
    command: `for i in $(seq ${megabytes}); do yes "$JOB_ID $i" | head -c 1048576; done > ${job_id}.bin; sha256sum < ${job_id}.bin`,
    result_files: [`${job_id}.bin`],
  });
  return {
    queue_id: queueId,
    result_s3_bucket: "results",
    jobs: [
      make("small", 1),
      make("medium", 12),
      make("large", 40),
      {
        job_id: "talk",
        command: "for i in $(seq 40); do echo line $i; sleep 0.05; done",
        depends_on: ["small"],
      },
    ],
  };
}

/** What a download brings, by path: a digest of each file that does not tell times. */
async function fetched(rig: CliRig, queueId: string): Promise<Record<string, string>> {
  const results = await rig.run(["queue", "results", queueId], { env });
  expect(results.code, results.stderr).toBe(0);
  const folder = join(rig.cwd, "results", queueId);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const told = /(?:metadata|manifest)\.json$|merged\.log$|fetched/;
  return Object.fromEntries(
    files
      .filter((name) => statSync(join(folder, name)).isFile() && !told.test(name))
      .map((name) => [relative(".", name), digest(join(folder, name))]),
  );
}

/** The same over a good network, if it was not run yet. */
async function runCalmly(rig: CliRig): Promise<void> {
  if ((await bucket.get("calm/status.json")) !== undefined) return;
  const { code, stderr } = await rig.run(["queue", "run", rig.queue(pipeline("calm"))], { env });
  expect(code, stderr).toBe(0);
}

function digest(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

describe.skipIf(isMissing)("a queue whose results go to S3 over a bad network", () => {
  test(
    "that answers one request in five with 500 or 503 ends as over a good one",
    async ({ rig }) => {
      await runCalmly(rig);
      const expected = await fetched(rig, "calm");
      expect(Object.keys(expected)).toContain("large/results/large.bin");

      await rig.launch(rig.queue(pipeline("rough")), [], { env });
      proxy.failing = 0.2;
      const status = await rig.ended("rough");
      proxy.failing = 0;
      expect(status.status).toBe("completed");
      expect(await fetched(rig, "rough")).toEqual(expected);
      expect(await bucket.keys("rough/")).toEqual(await bucket.keys("calm/"));
      expect(await bucket.openUploads()).toBe(0);
      console.log(
        `S3 answered ${proxy.counts.failed} of ${proxy.counts.failed + proxy.counts.passed} with an error`,
      );
      expect(proxy.counts.failed).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  test(
    `that is gone for ${PARTITION_MS / 1000} s during an upload goes on where it was`,
    async ({ rig }) => {
      await runCalmly(rig);
      await rig.launch(rig.queue(pipeline("cut")), [], { env });
      // The large one is on its way.
      await vi.waitFor(async () => expect(await bucket.openUploads()).toBeGreaterThan(0), {
        timeout: 30_000,
        interval: 20,
      });
      proxy.cut();
      // Nothing is waited for here: this is for how long the network is gone.
      await wait(PARTITION_MS);
      proxy.heal();
      const status = await rig.ended("cut");
      expect(status.status, JSON.stringify(status.warnings)).toBe("completed");
      const results = await fetched(rig, "cut");
      const raw = readFileSync(join(rig.cwd, "results/cut/large/stdout.log"), "utf8");
      expect(raw).toContain(results["large/results/large.bin"]);
      expect(await bucket.openUploads()).toBe(0);
      expect(await bucket.keys("cut/")).toEqual(await bucket.keys("calm/"));
      rmSync(join(rig.cwd, "results"), { recursive: true });
    },
    PATIENCE_MS,
  );
});
