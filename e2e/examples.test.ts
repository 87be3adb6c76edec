import { cpSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type CliRig, REPOSITORY } from "./cli-rig.js";
import { test } from "./rig-test.js";
import { jobOf, outcomes, type StatusJson } from "./status-json.js";

interface Ending {
  readonly file: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly status: "completed" | "failed";
  /** `state attempts/max` of each job. */
  readonly jobs: Readonly<Record<string, string>>;
  /** Per job, the result files that must be there, not empty. */
  readonly results: Readonly<Record<string, readonly string[]>>;
}

/** Runs an example as its README says, from a copy of what it needs of the repository, and compares its documented end. */
async function runExample(rig: CliRig, ending: Ending): Promise<StatusJson> {
  for (const name of ["examples", "LICENSE"]) {
    cpSync(join(REPOSITORY, name), join(rig.cwd, name), {
      recursive: true,
      filter: (path) => !/\/examples\/[^/]+\/(output|results)(\/|$)/.test(path),
    });
  }
  const { result, status } = await rig.runQueue(
    `examples/${ending.file}`,
    ending.env === undefined ? {} : { env: ending.env },
  );
  expect(outcomes(status)).toEqual(ending.jobs);
  expect(status.status).toBe(ending.status);
  expect(result.code).toBe(ending.status === "completed" ? 0 : 1);
  for (const [job, names] of Object.entries(ending.results)) {
    for (const name of names) {
      expect(statSync(resultPath(rig, status, job, name)).size, `${job}/${name}`).toBeGreaterThan(0);
    }
  }
  expect(rig.leftovers()).toEqual([]);
  return status;
}

function resultPath(rig: CliRig, status: StatusJson, job: string, name: string): string {
  return join(rig.cwd, "results", status.queue_id, job, "results", name);
}

describe.concurrent("examples", { timeout: 90_000 }, () => {
  test("first-pipeline: counts the words of the licence, in spite of a stall and a failure", async ({
    rig,
  }) => {
    const status = await runExample(rig, {
      file: "first-pipeline/queue.json",
      status: "completed",
      jobs: {
        download: "completed 2/2",
        words: "completed 1/1",
        letters: "completed 2/3",
        sentences: "completed 1/1",
        report: "completed 1/1",
        cleanup: "completed 1/1",
      },
      results: {
        words: ["words.tsv"],
        letters: ["letters.tsv"],
        sentences: ["sentences.tsv"],
        report: ["report.md"],
      },
    });
    expect(jobOf(status, "download").previous_attempts).toMatchObject([{ reason: "timeout" }]);
    expect(jobOf(status, "letters").previous_attempts).toMatchObject([{ reason: "exit", exit_code: 75 }]);
    expect(existsSync(join(rig.cwd, "examples/first-pipeline/output/scratch"))).toBe(false);

    const words =
      readFileSync(join(REPOSITORY, "LICENSE"), "utf8")
        .toLowerCase()
        .match(/[a-z]+/g) ?? [];
    const report = readFileSync(resultPath(rig, status, "report", "report.md"), "utf8");
    expect(report).toContain(`${words.length} words, ${new Set(words).size} different ones.`);
    expect(report).toContain(`| the | ${words.filter((word) => word === "the").length} |`);
  });

  test("ml-training: five jobs, from points to a packed model that is right about unseen ones", async ({
    rig,
  }) => {
    const status = await runExample(rig, {
      file: "ml-training/queue.json",
      env: { RUN_LABEL: "nightly" },
      status: "completed",
      jobs: {
        download: "completed 1/3",
        preprocess: "completed 1/2",
        train: "completed 1/1",
        evaluate: "completed 1/2",
        export: "completed 1/1",
      },
      results: {
        download: ["manifest.json"],
        preprocess: ["train.csv", "val.csv", "stats.json"],
        train: ["model.json", "metrics.json", "checkpoints/epoch-025.json", "checkpoints/epoch-100.json"],
        evaluate: ["eval_results.json", "confusion_matrix.png", "predictions.csv"],
        export: ["model.bin", "model_info.json"],
      },
    });
    const evaluation: { accuracy: number } = JSON.parse(
      readFileSync(resultPath(rig, status, "evaluate", "eval_results.json"), "utf8"),
    );
    expect(evaluation.accuracy).toBeGreaterThan(0.9);
    expect(readFileSync(resultPath(rig, status, "train", "metrics.json"), "utf8")).toContain(
      '"run": "nightly"',
    );
  });

  test("etl: one day into the warehouse, in spite of a lost connection", async ({ rig }) => {
    const status = await runExample(rig, {
      file: "etl/queue.yaml",
      status: "completed",
      jobs: {
        extract: "completed 2/5",
        transform: "completed 1/3",
        validate: "completed 1/1",
        load: "completed 1/5",
        notify: "completed 1/3",
      },
      results: {
        extract: ["manifest.json", "berlin.csv", "london.csv", "zurich.csv"],
        transform: ["orders.csv", "rejected.csv"],
        validate: ["issues.json"],
        load: ["warehouse.db"],
        notify: ["notification.json"],
      },
    });
    const issues: unknown = JSON.parse(
      readFileSync(resultPath(rig, status, "validate", "issues.json"), "utf8"),
    );
    expect(issues).toEqual({ orders: 1188, rejected: 12, issues: [] });
  });

  test("fan-out-fan-in: five chunks side by side, one table", async ({ rig }) => {
    const chunks = [0, 1, 2, 3, 4].map((i) => `process-chunk-${i}`);
    const status = await runExample(rig, {
      file: "fan-out-fan-in/queue.json",
      status: "completed",
      jobs: Object.fromEntries(["split-data", ...chunks, "aggregate"].map((job) => [job, "completed 1/1"])),
      results: {
        ...Object.fromEntries(chunks.map((job, i) => [job, [`result-${i}.json`]])),
        aggregate: ["final-result.csv"],
      },
    });
    const table = readFileSync(resultPath(rig, status, "aggregate", "final-result.csv"), "utf8")
      .trim()
      .split(/\r?\n/);
    expect(table).toHaveLength(7);
    expect(table.slice(1).every((line) => line.split(",")[1] === "10000")).toBe(true);
  });

  test("cleanup: fails on purpose; evidence is collected, what was taken is given back", async ({ rig }) => {
    const status = await runExample(rig, {
      file: "cleanup/queue.jsonc",
      status: "failed",
      jobs: {
        setup: "completed 1/1",
        process: "failed 1/1",
        publish: "blocked 0/1",
        "collect-evidence": "completed 1/1",
        cleanup: "completed 1/1",
      },
      results: { "collect-evidence": ["evidence.txt"] },
    });
    expect(status.first_failure).toBe("process");
    expect(jobOf(status, "process").exit_code).toBe(65);
    expect(readFileSync(resultPath(rig, status, "collect-evidence", "evidence.txt"), "utf8")).toContain(
      "failed: process",
    );
    expect(existsSync(join(rig.cwd, "examples/cleanup/output/resources"))).toBe(false);
  });

  test("flaky: what passes is tried again, what does not is not", async ({ rig }) => {
    const status = await runExample(rig, {
      file: "flaky/queue.json",
      status: "failed",
      jobs: {
        prepare: "completed 1/1",
        "busy-service": "completed 3/5",
        "crashing-service": "completed 2/3",
        "bad-request": "failed 1/5",
        "use-answer": "completed 1/1",
      },
      results: { "busy-service": ["answer.json"] },
    });
    expect(jobOf(status, "crashing-service").previous_attempts).toMatchObject([{ reason: "signal" }]);
    expect(jobOf(status, "bad-request").exit_code).toBe(77);
  });

  test("conditional: good coverage deploys", async ({ rig }) => {
    await runExample(rig, {
      file: "conditional/queue.json",
      status: "completed",
      jobs: { "run-tests": "completed 1/1", "check-coverage": "completed 1/1", deploy: "completed 1/1" },
      results: { "run-tests": ["coverage.json"], deploy: ["basket.py"] },
    });
  });

  test("conditional: a higher threshold stops it before anything is deployed", async ({ rig }) => {
    await runExample(rig, {
      file: "conditional/queue.json",
      env: { THRESHOLD: "95" },
      status: "failed",
      jobs: { "run-tests": "completed 1/1", "check-coverage": "failed 1/1", deploy: "blocked 0/1" },
      results: { "run-tests": ["coverage.json"] },
    });
    expect(existsSync(join(rig.cwd, "examples/conditional/output/production"))).toBe(false);
  });
});
