import { queueStatus } from "@spawn/status-model";
import {
  attemptEvents,
  buildJob,
  buildQueueCreated,
  firstPipelineCompleted,
  firstPipelineRunning,
  foldOf,
  START_AT,
} from "@spawn/status-model/testing";
import { describe, expect, it } from "vitest";
import { paletteOf } from "./palette.js";
import { runSummary } from "./run-summary.js";

const plain = paletteOf(false);

function statusOf(events: Parameters<typeof foldOf>[0]) {
  return queueStatus(foldOf(events), { wallMs: START_AT + 60_000, t: 60_000, runner: "gone" });
}

describe("runSummary", () => {
  it("says in short that all went well, and where the results are", () => {
    const summary = runSummary(
      {
        status: statusOf(firstPipelineCompleted()),
        ref: "local-1",
        failureLog: [],
        results: "./results/first-pipeline/",
      },
      plain,
    );
    expect(`\n${summary}\n`).toBe(`
✓ first-pipeline completed in 30s (3 of 3 jobs completed)

  ✓ step1   completed   Duration: 10s   Attempts: 1/2   Exit: 0
  ✓ step2   completed   Duration: 10s   Attempts: 1/2   Exit: 0
  ✓ step3   completed   Duration: 10s   Attempts: 1/3   Exit: 0

Results: ./results/first-pipeline/
`);
  });

  it("says that the queue's own limit ended it", () => {
    const status = statusOf([
      buildQueueCreated([buildJob("train"), buildJob("evaluate", { dependsOn: ["train"] })], {
        globalTimeoutMs: 4000,
      }),
      { type: "queue-started", t: 0 },
      ...attemptEvents("train", 1, 0),
      { type: "global-timeout-reached", t: 4000 },
      { type: "attempt-ended", t: 4000, job: "train", attempt: 1, outcome: { reason: "timeout" }, random: 0 },
      { type: "queue-finished", t: 4000, outcome: { state: "failed", reason: "global-timeout" } },
    ]);
    const summary = runSummary({ status, ref: "local-1", failureLog: [] }, plain);
    expect(summary).toContain(
      "✗ first-pipeline failed after 4s: the global timeout was reached (0 of 2 jobs completed, 1 failed",
    );
    expect(summary).toContain("First Failure (train):\n  Reason: ended by the queue's global timeout\n");
  });

  it("shows the first failure, its last output, and the commands that help", () => {
    const status = statusOf([
      buildQueueCreated([buildJob("train"), buildJob("evaluate", { dependsOn: ["train"] })]),
      { type: "queue-started", t: 0 },
      ...attemptEvents("train", 1, 0, { t: 5_000, outcome: { reason: "exit", exitCode: 3 } }),
      { type: "queue-finished", t: 5_000, outcome: { state: "failed", reason: "job-failed" } },
    ]);
    const summary = runSummary({ status, ref: "local-1", failureLog: ["[10:00:05] no such file"] }, plain);
    expect(`\n${summary}\n`).toBe(`
✗ first-pipeline failed after 5s (0 of 2 jobs completed, 1 failed, 1 blocked)

  ✗ train      failed    Duration: 5s        Attempts: 1/1   Exit: 3
  ⊘ evaluate   blocked   Blocked by: train   Attempts: 0/1

First Failure (train):
  Reason: exit code 3
  Command: run-train
  Attempts: 1/1

  Last Output:
    [10:00:05] no such file

  Look further:
    spawn queue logs local-1 train
    spawn queue explain local-1 train

To run again what did not complete: spawn queue resume local-1
`);
  });

  it("says how to go on with a queue that lost its runner", () => {
    const summary = runSummary(
      { status: statusOf(firstPipelineRunning()), ref: "local-1", failureLog: [] },
      plain,
    );
    expect(summary).toContain("first-pipeline interrupted");
    expect(summary).toContain("To go on where it stopped: spawn queue resume local-1");
  });

  it("sums up a queue of many jobs: those that went wrong, and how to see them all", () => {
    const jobs = Array.from({ length: 100 }, (_, index) => `job-${index}`);
    const status = statusOf([
      buildQueueCreated(
        jobs.map((id) => buildJob(id)),
        { failureMode: "continue" },
      ),
      { type: "queue-started", t: 0 },
      ...jobs.flatMap((id, index) =>
        attemptEvents(id, 1, index, {
          t: index + 1,
          outcome: { reason: "exit", exitCode: index < 30 ? 1 : 0 },
        }),
      ),
      { type: "queue-finished", t: 100, outcome: { state: "failed", reason: "job-failed" } },
    ]);
    const lines = runSummary({ status, ref: "local-1", failureLog: [] }, plain).split("\n");
    expect(lines.filter((line) => line.startsWith("  ✗ job-"))).toHaveLength(20);
    expect(lines).toContain("  … 80 more: 10 failed, 70 completed");
    expect(lines).toContain("  To see them all: spawn queue status local-1");
  });
});
