import { describe, expect, it } from "vitest";
import type { JournalEvent } from "../journal-events.js";
import { queueStatus } from "../status/queue-status-of.js";
import type { StatusInput } from "../status/status-input.js";
import { buildJob, buildQueueCreated, foldOf, START_AT } from "../testing/journals.js";
import { attemptEvents, firstPipelineCompleted, firstPipelineRunning } from "../testing/pipelines.js";
import type { LabelledLine } from "./labelled-line.js";
import { statusView } from "./status-view.js";

const timeZone = "America/Los_Angeles";

function viewAt(events: readonly JournalEvent[], t: number, input: Partial<StatusInput> = {}) {
  const status = queueStatus(foldOf(events), {
    wallMs: START_AT + t,
    t,
    runner: "alive",
    timeZone,
    ...input,
  });
  return statusView(status, { timeZone });
}

const text = (lines: readonly LabelledLine[]) => lines.map(({ label, value }) => `${label}: ${value}`);

describe("statusView", () => {
  it("tells a running queue as the tutorial does", () => {
    const view = viewAt(firstPipelineRunning(), 15_000, {
      logFileOf: (job) => `/var/log/spawn-queue/${job}.log`,
      live: new Map([["step2", { recentOutput: ["[10:00:10] Step 2: Process data"] }]]),
    });
    expect(text(view.header)).toEqual([
      "Queue: first-pipeline",
      "Instance: i-0abc123def456789",
      "Status: running",
      "Started: 2026-01-27 10:00:00 PST",
      "Elapsed: 15s",
    ]);
    expect(text([view.jobs])).toEqual(["Jobs: 3 total, 1 completed, 1 running, 1 pending"]);
    expect(view.rows.map(({ icon, id, state, cells }) => [icon, id, state, ...cells].join(" | "))).toEqual([
      "✓ | step1 | completed | Duration: 10s | Attempts: 1/2 | Exit: 0",
      "▶ | step2 | running | Elapsed: 5s | Attempts: 1/2 | PID: 1234",
      "⏸ | step3 | pending | Blocked by: step2 | Attempts: 0/3",
    ]);
    expect(view.currentJobs).toHaveLength(1);
    expect(view.currentJobs[0]?.title).toBe("Current Job (step2)");
    expect(text(view.currentJobs[0]?.lines ?? [])).toEqual([
      "Command: echo 'Step 2: Process data' && sleep 10",
      "Started: 2026-01-27 10:00:10 PST",
      "Elapsed: 5s",
      "Timeout: 1m (55s remaining)",
      "Retry: 1/2",
      "PID: 1234",
      "Log: /var/log/spawn-queue/step2.log",
    ]);
    expect(view.currentJobs[0]?.recentOutput).toEqual(["[10:00:10] Step 2: Process data"]);
    expect(view.nextJob).toEqual({ label: "Next Job", value: "step3 (after step2 completes)" });
    expect(view.estimatedCompletion?.value).toBe("2026-01-27 10:02:10 PST (1m 55s)");
    expect(view.resultsLocation.value).toBe("s3://spawn-results-us-east-1/first-pipeline/");
    expect(view).not.toHaveProperty("success");
    expect(view).not.toHaveProperty("failure");
    expect(view).not.toHaveProperty("resume");
  });

  it.each([
    ["cgroup-v2", "cgroup v2 (all processes found, memory limited)"],
    ["cgroup-v1", "cgroup v1 (all processes found, memory limited)"],
    ["process-group", "process groups (hidden daemons may be missed, memory not limited)"],
  ] as const)("tells how attempts are held together: %s", (containment, words) => {
    const runner = { epoch: 1, pid: 7, bootId: "b", bootMs: 1, version: "0.1.0", containment };
    const view = viewAt(
      [...firstPipelineRunning(), { type: "runner-started", t: 11_000, ...runner }],
      15_000,
    );
    expect(text(view.header)).toContain(`Containment: ${words}`);
  });

  it("tells what a running job has used", () => {
    const used = { recentOutput: [], peakMemoryBytes: 2 ** 30, cpuSeconds: 90, ioBytes: 12_000_000 };
    const view = viewAt(firstPipelineRunning(), 15_000, { live: new Map([["step2", used]]) });
    expect(text(view.currentJobs[0]?.lines ?? [])).toEqual(
      expect.arrayContaining(["Peak Memory: 1 GiB", "CPU Time: 1m 30s", "Disk I/O: 12 MB"]),
    );
  });

  it("tells that nobody sees to a running job, which is not stopped for that", () => {
    const view = viewAt(firstPipelineRunning(), 15_000, { runner: "gone" });
    const words = "Reason: its runner is gone; it may go on, and a resume takes it over";
    expect(view.rows[1]?.cells).toContain(words);
    const lines = text(view.currentJobs[0]?.lines ?? []);
    expect(lines).toContain(words);
    expect(lines.join("\n")).not.toContain("Stopping");
    const cancelled = [
      ...firstPipelineRunning(),
      { type: "cancel-requested", t: 14_000, force: false },
    ] as const;
    expect(text(viewAt(cancelled, 15_000).currentJobs[0]?.lines ?? [])).toContain("Stopping: cancelled");
  });

  it("tells a completed queue as the tutorial does", () => {
    const view = viewAt(firstPipelineCompleted(), 60_000);
    expect(text(view.header)).toEqual([
      "Queue: first-pipeline",
      "Instance: i-0abc123def456789",
      "Status: completed",
      "Started: 2026-01-27 10:00:00 PST",
      "Completed: 2026-01-27 10:00:30 PST",
      "Duration: 30s",
    ]);
    expect(text([view.jobs])).toEqual(["Jobs: 3 total, 3 completed, 0 running, 0 pending"]);
    expect(view.rows[2]?.cells).toEqual(["Duration: 10s", "Attempts: 1/3", "Exit: 0"]);
    expect(view.success).toBe("All jobs completed successfully! 🎉");
    expect(view).not.toHaveProperty("nextJob");
  });

  it("tells progress below the row", () => {
    const notes = (label: string, done: number) =>
      viewAt(firstPipelineRunning(), 40_000, {
        live: new Map([["step2", { recentOutput: [], progress: { label, done, total: 100 } }]]),
      }).rows[1]?.notes;
    expect(notes("Epoch 25/100", 25)).toEqual([
      "Progress: Epoch 25/100 (25%)",
      "Time remaining: ~1m 30s (est)",
    ]);
    expect(notes("25%", 25)).toEqual(["Progress: 25%", "Time remaining: ~1m 30s (est)"]);
    expect(notes("Epoch 0/100", 0)).toEqual(["Progress: Epoch 0/100 (0%)"]);
  });

  it("tells a failure: what failed first, why, and what to do", () => {
    const view = viewAt(
      [
        buildQueueCreated(
          [
            buildJob("train", { timeoutMs: 300_000 }),
            buildJob("evaluate", { dependsOn: ["train"] }),
            buildJob("other", { dependsOn: ["slow"] }),
            buildJob("slow"),
            buildJob("alarm"),
            buildJob("idle"),
            buildJob("watched", { onFailure: "idle" }),
          ],
          { queueName: "Nightly" },
        ),
        { type: "queue-started", t: 0 },
        ...attemptEvents("watched", 1, 0, { t: 1000 }),
        { type: "attempt-starting", t: 1000, job: "train", attempt: 1 },
        { type: "attempt-timed-out", t: 301_000, job: "train", attempt: 1 },
        {
          type: "attempt-ended",
          t: 301_000,
          job: "train",
          attempt: 1,
          outcome: { reason: "timeout" },
          random: 0,
        },
        { type: "queue-finished", t: 301_000, outcome: { state: "failed", reason: "job-failed" } },
      ],
      301_000,
    );
    expect(view.header.slice(0, 4).map(({ value }) => value)).toEqual([
      "first-pipeline (Nightly)",
      "i-0abc123def456789",
      "failed",
      "a job failed",
    ]);
    expect(view.jobs.value).toBe(
      "7 total, 1 completed, 0 running, 0 pending, 1 failed, 1 blocked, 1 skipped, 3 cancelled",
    );
    expect(view.rows.map(({ icon, cells }) => `${icon} ${cells[0]}`)).toEqual([
      "✗ Duration: 5m",
      "⊘ Blocked by: train",
      "⊗ Reason: the queue stopped after a failure",
      "⊗ Reason: the queue stopped after a failure",
      "⊗ Reason: the queue stopped after a failure",
      "⊖ Reason: no failure triggered it",
      "✓ Duration: 1s",
    ]);
    expect(view.rows[0]?.cells[2]).toBe("Reason: timed out after 5m");
    expect(view.failure?.title).toBe("First Failure (train)");
    expect(text(view.failure?.lines ?? [])).toEqual([
      "Reason: timed out after 5m",
      "Command: run-train",
      "Attempts: 1/1",
    ]);
    expect(view.resume?.command).toBe("spawn queue resume first-pipeline");
  });

  it("tells a retrying job, and a killed one", () => {
    const killed = { reason: "signal", signal: 9 } as const;
    const view = viewAt(
      [
        buildQueueCreated([buildJob("a", { maxAttempts: 2 }), buildJob("b")]),
        { type: "queue-started", t: 0 },
        ...attemptEvents("a", 1, 0, { t: 5000, outcome: killed }),
        ...attemptEvents("b", 1, 5000, { t: 9000, outcome: killed }),
      ],
      25_000,
    );
    expect(view.rows[1]?.cells).toEqual([
      "Duration: 4s",
      "Attempts: 1/1",
      "Exit: 137 (killed by signal 9 (SIGKILL))",
    ]);
    const retrying = viewAt(
      [
        buildQueueCreated([buildJob("a", { maxAttempts: 2 })]),
        { type: "queue-started", t: 0 },
        ...attemptEvents("a", 1, 0, { t: 5000, outcome: { reason: "exit", exitCode: 3 } }),
      ],
      25_000,
    );
    expect(retrying.rows[0]).toMatchObject({
      icon: "↻",
      cells: ["Retry in: 40s", "Attempts: 1/2", "Exit: 3"],
    });
  });

  it("tells a job that waits for resources from one that waits for a slot", () => {
    const view = viewAt(
      [
        buildQueueCreated([
          buildJob("train", { resources: { cpus: 2, gpus: 1 } }),
          buildJob("evaluate", { resources: { cpus: 2, gpus: 1 } }),
        ]),
        { type: "queue-started", t: 0 },
        ...attemptEvents("train", 1, 0),
      ],
      1000,
    );
    expect(view.rows[1]?.cells).toContain("Reason: waits for resources (cpus: 2, gpus: 1)");
    expect(view.nextJob?.value).toBe("evaluate (when there is room for cpus: 2, gpus: 1)");
  });

  it("names the next job: one that waits for a slot first, then what running jobs alone hold up", () => {
    const jobs = [
      buildJob("late", { dependsOn: ["mid"] }),
      buildJob("mid", { dependsOn: ["a", "b"] }),
      buildJob("a"),
      buildJob("b"),
    ];
    const start: JournalEvent[] = [
      buildQueueCreated(jobs),
      { type: "queue-started", t: 0 },
      ...attemptEvents("a", 1, 0),
    ];
    expect(viewAt(start, 1000).nextJob?.value).toBe("b (when a slot is free)");
    expect(viewAt([...start, ...attemptEvents("b", 1, 1000)], 2000).nextJob?.value).toBe(
      "mid (after a and b complete)",
    );
    expect(viewAt(start, 1000, { runner: "gone" })).not.toHaveProperty("nextJob");
  });

  it("says of an old status how old it is, unless it is final", () => {
    const options = { timeZone, wallMs: START_AT + 15_000 + 5 * 60_000 };
    const input = { wallMs: START_AT + 15_000, t: 15_000, runner: "alive", timeZone } as const;
    const running = statusView(queueStatus(foldOf(firstPipelineRunning()), input), options);
    expect(running.header.at(-1)).toEqual({ label: "Updated", value: "2026-01-27 10:00:15 PST (5m ago)" });
    const final = statusView(queueStatus(foldOf(firstPipelineCompleted()), input), options);
    expect(final.header.at(-1)?.label).toBe("Duration");
  });
});
