import type { Instance } from "@spawn/launcher";
import { queueStatus, type StatusInput } from "@spawn/status-model";
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
import { statusText } from "./status-text.js";

const timeZone = "America/Los_Angeles";

function textOf(
  events: Parameters<typeof foldOf>[0],
  t: number,
  input: Partial<StatusInput> = {},
  instanceState?: Instance["state"],
): string {
  const status = queueStatus(foldOf(events), {
    wallMs: START_AT + t,
    t,
    runner: "alive",
    timeZone,
    ...input,
  });
  return `\n${statusText(status, { palette: paletteOf(false), timeZone, instanceState })}\n`;
}

describe("statusText", () => {
  it("shows a running queue as the tutorial does", () => {
    const text = textOf(firstPipelineRunning(), 15_000, {
      logFileOf: (job) => `/var/log/spawn-queue/${job}.log`,
      live: new Map([["step2", { recentOutput: ["[10:00:10] Step 2: Process data"] }]]),
    });
    expect(text).toBe(`
Queue: first-pipeline
Instance: i-0abc123def456789
Status: running
Started: 2026-01-27 10:00:00 PST
Elapsed: 15s

Jobs: 3 total, 1 completed, 1 running, 1 pending

Job Details:
  ✓ step1   completed   Duration: 10s       Attempts: 1/2   Exit: 0
  ▶ step2   running     Elapsed: 5s         Attempts: 1/2   PID: 1234
  ⏸ step3   pending     Blocked by: step2   Attempts: 0/3

Current Job (step2):
  Command: echo 'Step 2: Process data' && sleep 10
  Started: 2026-01-27 10:00:10 PST
  Elapsed: 5s
  Timeout: 1m (55s remaining)
  Retry: 1/2
  PID: 1234
  Log: /var/log/spawn-queue/step2.log

  Recent Output:
    [10:00:10] Step 2: Process data

Results Location: s3://spawn-results-us-east-1/first-pipeline/

Next Job: step3 (after step2 completes)
Estimated Completion: 2026-01-27 10:02:10 PST (1m 55s)
`);
  });

  it("shows a completed queue as the tutorial does", () => {
    expect(textOf(firstPipelineCompleted(), 60_000)).toBe(`
Queue: first-pipeline
Instance: i-0abc123def456789
Status: completed
Started: 2026-01-27 10:00:00 PST
Completed: 2026-01-27 10:00:30 PST
Duration: 30s

Jobs: 3 total, 3 completed, 0 running, 0 pending

Job Details:
  ✓ step1   completed   Duration: 10s   Attempts: 1/2   Exit: 0
  ✓ step2   completed   Duration: 10s   Attempts: 1/2   Exit: 0
  ✓ step3   completed   Duration: 10s   Attempts: 1/3   Exit: 0

Results Location: s3://spawn-results-us-east-1/first-pipeline/

All jobs completed successfully! 🎉
`);
  });

  it("shows the first failure, the warnings and what to do", () => {
    const text = textOf(
      [
        buildQueueCreated([buildJob("train"), buildJob("evaluate", { dependsOn: ["train"] })]),
        { type: "queue-started", t: 0 },
        ...attemptEvents("train", 1, 0, { t: 5_000, outcome: { reason: "exit", exitCode: 3 } }),
        { type: "warning", t: 5_000, job: "train", message: "out/*.csv matches nothing" },
        { type: "queue-finished", t: 5_000, outcome: { state: "failed", reason: "job-failed" } },
      ],
      60_000,
    );
    expect(text).toContain(`
Job Details:
  ✗ train      failed    Duration: 5s        Attempts: 1/1   Exit: 3
  ⊘ evaluate   blocked   Blocked by: train   Attempts: 0/1

First Failure (train):
  Reason: exit code 3
  Command: run-train
  Attempts: 1/1

Warnings:
  ⚠ train: out/*.csv matches nothing

Results Location: s3://spawn-results-us-east-1/first-pipeline/

To run again what did not complete: spawn queue resume first-pipeline
`);
  });

  it("does not offer to go on where the instance is terminated", () => {
    const text = textOf(firstPipelineRunning(), 15_000, { runner: "gone" }, "terminated");
    expect(text).toContain("\nStatus: interrupted\nReason: the instance was terminated\n");
    expect(text).not.toContain("spawn queue resume");
    expect(text).toContain("to get the results: spawn queue results first-pipeline\n");
  });

  it("says nothing of retries where a job has none, and shows output without its escapes", () => {
    const text = textOf(
      [
        buildQueueCreated([buildJob("train", { maxAttempts: 1 })]),
        { type: "queue-started", t: 0 },
        ...attemptEvents("train", 1, 0),
      ],
      5_000,
      { live: new Map([["train", { recentOutput: ["\u001b[31mred\u001b[0m"] }]]) },
    );
    expect(text).toContain("Current Job (train)");
    expect(text).not.toContain("Retry:");
    expect(text).toContain("\n    red\n");
  });
});
