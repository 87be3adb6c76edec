import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type CliRig, REPOSITORY } from "./cli-rig.js";
import { test } from "./rig-test.js";
import { jobOf, outcomes, type StatusJson } from "./status-json.js";

interface Job {
  readonly job_id: string;
  readonly depends_on?: readonly string[];
  readonly retry_count?: number;
}

interface Queue {
  readonly queue_id: string;
  readonly jobs: readonly Job[];
}

/** The queue files of the reference documents, by their queue ids, as they stand there. */
const queues: ReadonlyMap<string, { readonly text: string; readonly queue: Queue }> = new Map(
  readFixtures().map((text) => {
    const queue: Queue = JSON.parse(text);
    return [queue.queue_id, { text, queue }];
  }),
);

function readFixtures(): readonly string[] {
  const folder = join(REPOSITORY, "packages/config-schema/fixtures");
  return readdirSync(folder)
    .filter((name) => name.endsWith("-queues.md"))
    .flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(/^```json\n([\s\S]*?)^```$/gm)])
    .flatMap(([, text]) => (text === undefined ? [] : [text]));
}

/** Programs that these queues call and a test machine does not have, or should not run. */
const PROGRAMS = [
  ...["python", "aws", "pytest", "curl", "sleep", "command1", "command2"],
  ...["download_data.sh", "merge_features.py"],
  ...["extract_text_features.py", "extract_image_features.py", "extract_audio_features.py"],
];

/** Notes when it begins and ends, and fails in jobs for which the test has left a file. */
const STAND_IN = `#!/bin/sh
echo "begin $JOB_ID" >> "$NOTES/order"
test ! -e "$NOTES/fails.$JOB_ID.$JOB_ATTEMPT" && test ! -e "$NOTES/fails.$JOB_ID" || exit 1
echo "end $JOB_ID" >> "$NOTES/order"
`;

/** Runs a reference queue, its commands unchanged, with stand-ins for the programs they call. */
async function runReference(rig: CliRig, id: string, failing: readonly string[] = []): Promise<StatusJson> {
  const found = queues.get(id);
  if (found === undefined) throw new Error(`no reference queue ${id}`);
  for (const program of PROGRAMS) rig.write(`bin/${program}`, STAND_IN, 0o755);
  rig.write("deploy.sh", STAND_IN);
  for (const job of failing) rig.write(`fails.${job}`, "");
  rig.write("queue.json", found.text);
  const env = {
    PATH: `${rig.cwd}/bin:${process.env.PATH}`,
    NOTES: rig.cwd,
    WANDB_API_KEY: "key",
    DB_PASSWORD: "word",
    SLACK_WEBHOOK: "https://example.com/hook",
  };
  const { status } = await rig.runQueue("queue.json", { env });
  expectOrder(rig.read("order").trim().split("\n"), found.queue);
  return status;
}

/** No job begins before all it depends on have ended well, and none of these queues begins one twice without need. */
function expectOrder(notes: readonly string[], queue: Queue): void {
  for (const { job_id, depends_on = [] } of queue.jobs) {
    const begin = notes.indexOf(`begin ${job_id}`);
    if (begin === -1 || job_id === "cleanup") continue;
    for (const dependency of depends_on) {
      const end = notes.indexOf(`end ${dependency}`);
      expect(end, `${dependency} before ${job_id}`).toBeGreaterThanOrEqual(0);
      expect(end, `${dependency} before ${job_id}`).toBeLessThan(begin);
    }
  }
}

/** State and attempts of each job when all goes well. */
function allCompleted(id: string): Record<string, string> {
  const jobs = queues.get(id)?.queue.jobs ?? [];
  return Object.fromEntries(
    jobs.map((job) => [job.job_id, `completed 1/${Math.max(1, job.retry_count ?? 0)}`]),
  );
}

describe("the reference documents' queues", () => {
  test("are all here", () => {
    expect(queues.size).toBeGreaterThanOrEqual(15);
  });

  // It writes to /state, which a test must not make; running the others validates them as well.
  test("incremental-pipeline validates", async ({ rig }) => {
    rig.write("queue.json", queues.get("incremental-pipeline")?.text ?? "");
    const { code, stderr } = await rig.run(["queue", "validate", "queue.json"]);
    expect(code, stderr).toBe(0);
  });

  const harmless = [...queues.keys()].filter((id) => id !== "incremental-pipeline");
  test.for(harmless)("%s runs to its end in order", async (id, { rig }) => {
    const status = await runReference(rig, id);
    expect(outcomes(status)).toEqual(allCompleted(id));
    expect(status.status).toBe("completed");
  });
});

describe("when a job of one fails", () => {
  test("complex-pipeline: branches that run are finished, the rest is blocked or cancelled", async ({
    rig,
  }) => {
    const status = await runReference(rig, "complex-pipeline", ["train-model"]);
    expect(status).toMatchObject({ status: "failed", first_failure: "train-model" });
    expect(outcomes(status)).toEqual({
      ...allCompleted("complex-pipeline"),
      "train-model": "failed 1/1",
      evaluate: "blocked 0/1",
      "export-onnx": "blocked 0/1",
      "upload-artifacts": "blocked 0/5",
    });
  });

  test("fan-out-fan-in: chunks that did not start are cancelled, the aggregate is blocked", async ({
    rig,
  }) => {
    const status = await runReference(rig, "fan-out-fan-in", ["process-chunk-0"]);
    expect(status.status).toBe("failed");
    expect(jobOf(status, "process-chunk-0").status).toBe("failed");
    for (const job of ["aggregate", "upload-result"]) expect(jobOf(status, job).status).toBe("blocked");
    for (const i of [1, 2, 3, 4]) {
      expect(["completed", "cancelled"]).toContain(jobOf(status, `process-chunk-${i}`).status);
    }
  });

  test.for([
    [
      "process",
      { setup: "completed 1/1", process: "failed 1/1", validate: "blocked 0/1", cleanup: "completed 1/1" },
    ],
    [
      "validate",
      { setup: "completed 1/1", process: "completed 1/1", validate: "failed 1/1", cleanup: "completed 1/1" },
    ],
    [
      "setup",
      { setup: "failed 1/1", process: "blocked 0/1", validate: "blocked 0/1", cleanup: "completed 1/1" },
    ],
  ] as const)(
    "pipeline-with-cleanup: cleanup runs once after %s failed",
    async ([job, expected], { rig }) => {
      const status = await runReference(rig, "pipeline-with-cleanup", [job]);
      expect(status).toMatchObject({ status: "failed", first_failure: job });
      expect(outcomes(status)).toEqual(expected);
      expect(rig.read("order").match(/begin cleanup/g)).toHaveLength(1);
    },
  );

  test("conditional-pipeline: nothing is deployed", async ({ rig }) => {
    const status = await runReference(rig, "conditional-pipeline", ["check-coverage"]);
    expect(outcomes(status)).toEqual({
      "run-tests": "completed 1/1",
      "check-coverage": "failed 1/1",
      deploy: "blocked 0/1",
    });
  });

  test("retry-strategies: exponential waits of 1 s and 2 s, then success", async ({ rig }) => {
    const status = await runReference(rig, "retry-strategies", ["network-heavy.1", "network-heavy.2"]);
    expect(outcomes(status)).toEqual({
      "network-heavy": "completed 3/5",
      "compute-heavy": "completed 1/1",
      "flaky-api": "completed 1/10",
    });
  });
});
