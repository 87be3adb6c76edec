import type { AttemptOutcome } from "@spawn/dag-core";
import { describe, expect, it } from "vitest";
import { QueueFold } from "../fold/queue-fold.js";
import type { JournalEvent } from "../journal-events.js";
import { buildJob, buildQueueCreated, buildRecords, foldOf, START_AT } from "../testing/journals.js";
import {
  attemptEvents,
  firstPipelineCompleted,
  firstPipelineRunning,
  trainingPipelineCreated,
} from "../testing/pipelines.js";
import { jobDetail, queueStatus } from "./queue-status-of.js";
import type { StatusInput } from "./status-input.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function statusAt(events: readonly JournalEvent[], t: number, input: Partial<StatusInput> = {}) {
  return queueStatus(foldOf(events), {
    wallMs: START_AT + t,
    t,
    runner: "alive",
    timeZone: "America/Los_Angeles",
    ...input,
  });
}

function jobIn(status: ReturnType<typeof queueStatus>, id: string) {
  const job = status.job_details.find(({ job_id }) => job_id === id);
  if (job === undefined) throw new Error(`no job ${id}`);
  return job;
}

describe("queueStatus", () => {
  it("tells a running queue as the reference does", () => {
    const status = statusAt(firstPipelineRunning(), 15_000, {
      logFileOf: (job) => `/var/log/spawn-queue/${job}.log`,
    });
    expect(JSON.parse(JSON.stringify(status))).toEqual({
      schema_version: 1,
      queue_id: "first-pipeline",
      instance_id: "i-0abc123def456789",
      status: "running",
      started_at: "2026-01-27T10:00:00-08:00",
      elapsed: "15s",
      updated_at: "2026-01-27T10:00:15-08:00",
      jobs: { total: 3, completed: 1, running: 1, pending: 1, failed: 0, skipped: 0, cancelled: 0 },
      job_details: [
        {
          job_id: "step1",
          status: "completed",
          command: "echo 'Step 1: Download data' && sleep 10",
          started_at: "2026-01-27T10:00:00-08:00",
          completed_at: "2026-01-27T10:00:10-08:00",
          duration: "10s",
          timeout: "1m",
          attempt: 1,
          attempts: 1,
          max_attempts: 2,
          exit_code: 0,
          log_file: "/var/log/spawn-queue/step1.log",
        },
        {
          job_id: "step2",
          status: "running",
          command: "echo 'Step 2: Process data' && sleep 10",
          started_at: "2026-01-27T10:00:10-08:00",
          elapsed: "5s",
          timeout: "1m",
          timeout_remaining: "55s",
          attempt: 1,
          attempts: 1,
          max_attempts: 2,
          pid: 1234,
          log_file: "/var/log/spawn-queue/step2.log",
        },
        {
          job_id: "step3",
          status: "pending",
          command: "echo 'Step 3: Upload results' && sleep 10",
          timeout: "1m",
          attempt: 0,
          attempts: 0,
          max_attempts: 3,
          reason: "waiting-for-dependencies",
          blocked_by: ["step2"],
        },
      ],
      results_location: "s3://spawn-results-us-east-1/first-pipeline/",
      // 55 s of step2 and 60 s of step3 from 10:00:15.
      estimated_completion: "2026-01-27T10:02:10-08:00",
      warnings: [],
    });
  });

  it("tells a completed queue with times that add up, whenever it is asked", () => {
    const status = statusAt(firstPipelineCompleted(), 24 * HOUR, { runner: "gone" });
    expect(status).toMatchObject({
      status: "completed",
      reason: "completed",
      started_at: "2026-01-27T10:00:00-08:00",
      completed_at: "2026-01-27T10:00:30-08:00",
      duration: "30s",
      jobs: { total: 3, completed: 3, running: 0, pending: 0 },
    });
    expect(status.elapsed).toBeUndefined();
    expect(status.estimated_completion).toBeUndefined();
  });

  it("is pending before the start, and interrupted without a runner", () => {
    const events = firstPipelineRunning();
    expect(statusAt(events.slice(0, 1), 0).status).toBe("pending");
    expect(statusAt(events, 15_000, { runner: "gone" })).toMatchObject({
      status: "interrupted",
      reason: "runner-lost",
    });
    const noticed: JournalEvent[] = [...events, { type: "interrupt-requested", t: 15_000, cause: "spot" }];
    expect(statusAt(noticed, 15_000)).toMatchObject({ status: "running", reason: "spot" });
    expect(statusAt(noticed, 15_000, { runner: "gone" })).toMatchObject({
      status: "interrupted",
      reason: "spot",
    });
  });

  it("stands still while interrupted, and goes on after", () => {
    const interrupted: JournalEvent[] = [
      ...firstPipelineRunning(),
      { type: "interrupt-requested", t: 15_000, cause: "ttl" },
      {
        type: "attempt-ended",
        t: 16_000,
        job: "step2",
        attempt: 1,
        outcome: { reason: "interrupted" },
        random: 0,
      },
      { type: "queue-finished", t: 17_000, outcome: { state: "interrupted", reason: "ttl" } },
    ];
    const status = statusAt(interrupted, HOUR, { runner: "gone" });
    expect(status).toMatchObject({ status: "interrupted", reason: "ttl", elapsed: "17s" });
    expect(status.completed_at).toBeUndefined();

    const continued: JournalEvent[] = [
      ...interrupted,
      { type: "queue-continued", t: HOUR },
      ...attemptEvents("step2", 2, HOUR),
    ];
    const again = statusAt(continued, HOUR + 5000);
    expect(again.status).toBe("running");
    expect(jobIn(again, "step2")).toMatchObject({
      status: "running",
      attempt: 2,
      attempts: 1,
      elapsed: "5s",
      previous_attempts: [{ attempt: 1, reason: "interrupted", duration: "6s" }],
    });
  });

  it.each<[AttemptOutcome, object]>([
    [
      { reason: "exit", exitCode: 3 },
      { reason: "exit", exit_code: 3 },
    ],
    [
      { reason: "signal", signal: 9 },
      { reason: "signal", signal: 9, exit_code: 137 },
    ],
    [{ reason: "timeout" }, { reason: "timeout", exit_code: undefined }],
    [
      { reason: "start-failed", message: "no shell" },
      { reason: "start-failed", message: "no shell" },
    ],
  ])("tells a failure by %j", (outcome, fields) => {
    const status = statusAt(
      [
        buildQueueCreated([buildJob("a"), buildJob("b", { dependsOn: ["a"] }), buildJob("c")], {
          maxParallel: 1,
        }),
        { type: "queue-started", t: 0 },
        ...attemptEvents("a", 1, 0, { t: 5000, outcome }),
        { type: "queue-finished", t: 5000, outcome: { state: "failed", reason: "job-failed" } },
      ],
      5000,
    );
    expect(status).toMatchObject({ status: "failed", reason: "job-failed", first_failure: "a" });
    expect(jobIn(status, "a")).toMatchObject({ status: "failed", ...fields });
    expect(jobIn(status, "b")).toMatchObject({
      status: "blocked",
      reason: "dependency-failed",
      blocked_by: ["a"],
    });
    expect(jobIn(status, "c")).toMatchObject({ status: "cancelled", reason: "queue-stopped" });
    expect(status.jobs).toMatchObject({ total: 3, failed: 1, pending: 1, cancelled: 1 });
  });

  it("tells when a retrying job runs again", () => {
    const status = statusAt(
      [
        buildQueueCreated([buildJob("a", { maxAttempts: 3, timeoutMs: MINUTE, retryDelayMs: 2 * MINUTE })]),
        { type: "queue-started", t: 0 },
        ...attemptEvents("a", 1, 0, { t: 5000, outcome: { reason: "exit", exitCode: 1 } }),
      ],
      35_000,
    );
    expect(jobIn(status, "a")).toMatchObject({
      status: "retrying",
      exit_code: 1,
      attempts: 1,
      max_attempts: 3,
      retry_at: "2026-01-27T10:02:05-08:00",
    });
    expect(status.jobs.running).toBe(1);
    // 90 s of waiting and 60 s of the attempt.
    expect(status.estimated_completion).toBe("2026-01-27T10:03:05-08:00");
  });

  it("begins anew when a final queue is resumed: attempts go on, budgets do not", () => {
    const failed: JournalEvent[] = [
      buildQueueCreated([buildJob("a"), buildJob("b", { dependsOn: ["a"] })]),
      { type: "queue-started", t: 0 },
      ...attemptEvents("a", 1, 0, { t: 5000, outcome: { reason: "exit", exitCode: 1 } }),
      { type: "results-stored", t: 5000, job: "a", attempt: 1, files: 1, bytes: 10 },
      { type: "queue-finished", t: 6000, outcome: { state: "failed", reason: "job-failed" } },
    ];
    expect(jobIn(statusAt(failed, 6000), "a").results).toEqual({ files: 1, bytes: 10 });
    const status = statusAt(
      [...failed, { type: "queue-resumed", t: HOUR, jobs: ["a", "b"] }, ...attemptEvents("a", 2, HOUR)],
      HOUR + 10_000,
    );
    expect(status).toMatchObject({
      status: "running",
      started_at: "2026-01-27T11:00:00-08:00",
      elapsed: "10s",
    });
    expect(status.first_failure).toBeUndefined();
    expect(jobIn(status, "a")).toMatchObject({
      attempt: 2,
      attempts: 1,
      rerun: true,
      elapsed: "10s",
      previous_attempts: [{ attempt: 1, reason: "exit", exit_code: 1, duration: "5s" }],
    });
    expect(jobIn(status, "a").results).toBeUndefined();
  });

  it("shows live progress, output and usage, and reckons with them", () => {
    const train: JournalEvent[] = [
      trainingPipelineCreated(),
      { type: "queue-started", t: 0 },
      ...attemptEvents("download", 1, 0, { t: 14 * MINUTE }),
      ...attemptEvents("preprocess", 1, 14 * MINUTE, { t: 42 * MINUTE }),
      ...attemptEvents("train", 1, 42 * MINUTE),
    ];
    const now = 42 * MINUTE + 2 * HOUR + 2 * MINUTE;
    const live = new Map([
      [
        "train",
        {
          progress: { label: "Epoch 61/100", done: 61, total: 100 },
          recentOutput: ["[10:45:12] Epoch 61/100"],
          peakMemoryBytes: 2 ** 30,
          cpuSeconds: 7000,
        },
      ],
    ]);
    const status = statusAt(train, now, { live });
    expect(jobIn(status, "train")).toMatchObject({
      elapsed: "2h2m",
      timeout: "4h",
      timeout_remaining: "1h58m",
      progress: { label: "Epoch 61/100", percent: 61 },
      // 122 min · 39 / 61
      time_remaining: "1h18m",
      recent_output: ["[10:45:12] Epoch 61/100"],
      peak_memory_bytes: 2 ** 30,
      cpu_seconds: 7000,
    });
    // 12:44 and 78 min of train, 60 of evaluate, 30 of export.
    expect(status.estimated_completion).toBe("2026-01-27T15:32:00-08:00");
  });

  it("keeps what an attempt used when it has ended, and forgets it with the next", () => {
    const first: JournalEvent[] = [
      buildQueueCreated([buildJob("a", { maxAttempts: 2 })]),
      { type: "queue-started", t: 0 },
      ...attemptEvents("a", 1, 0),
      {
        type: "attempt-usage",
        t: 5000,
        job: "a",
        attempt: 1,
        peakMemoryBytes: 4096,
        cpuSeconds: 1.5,
        ioBytes: 7,
      },
      { type: "attempt-ended", t: 5000, job: "a", attempt: 1, outcome: { reason: "oom" }, random: 0 },
    ];
    const used = { peak_memory_bytes: 4096, cpu_seconds: 1.5, io_bytes: 7 };
    expect(jobIn(statusAt(first, 6000), "a")).toMatchObject({ status: "retrying", reason: "oom", ...used });
    const elapsed: JournalEvent = { type: "backoff-elapsed", t: 65_000, job: "a", attempt: 1 };
    const second = [...first, elapsed, ...attemptEvents("a", 2, 90_000)];
    expect(jobIn(statusAt(second, 91_000), "a").peak_memory_bytes).toBeUndefined();
    const live = new Map([["a", { recentOutput: [], cpuSeconds: 0.5 }]]);
    expect(jobIn(statusAt(second, 91_000, { live }), "a").cpu_seconds).toBe(0.5);
  });

  it("keeps durations right when somebody sets the wall clock", () => {
    const fold = new QueueFold();
    for (const record of buildRecords(firstPipelineCompleted())) {
      fold.apply(record.event.t < 20_000 ? record : { ...record, at: record.at - 2 * HOUR });
    }
    const status = queueStatus(fold, { wallMs: 0, t: 0, runner: "gone", timeZone: "UTC" });
    expect(status).toMatchObject({ duration: "30s", completed_at: "2026-01-27T16:00:30+00:00" });
    expect(status.job_details.map(({ duration }) => duration)).toEqual(["10s", "10s", "10s"]);
  });

  it("tells when an attempt ended that was found ended later", () => {
    const found: JournalEvent = {
      type: "attempt-ended",
      t: 33_000,
      job: "step2",
      attempt: 1,
      outcome: { reason: "exit", exitCode: 0 },
      random: 0,
      endedAt: 25_000,
    };
    const events = [...firstPipelineRunning(), found];
    const state = foldOf(events).snapshot();
    for (const known of [events, [{ type: "snapshot", t: 33_000, segment: 2, state } as const]]) {
      expect(jobIn(statusAt(known, 34_000), "step2")).toMatchObject({
        completed_at: "2026-01-27T10:00:25-08:00",
        duration: "15s",
      });
    }
  });

  it("does not go behind the journal when a reader's clock does", () => {
    const status = statusAt(firstPipelineRunning(), 3000);
    expect(jobIn(status, "step2")).toMatchObject({ elapsed: "0s", timeout_remaining: "1m" });
  });

  it("tells when the instance ends, where it has a deadline", () => {
    const events = firstPipelineRunning();
    expect(statusAt(events, 15_000).ttl_expires_at).toBeUndefined();
    const deadline = START_AT + 3_600_000;
    const status = statusAt([...events, { type: "deadline-set", t: 12_000, deadline }], 15_000);
    expect(status.ttl_expires_at).toBe("2026-01-27T11:00:00-08:00");
  });

  it("tells how attempts are held together, and what was warned of", () => {
    const status = statusAt(
      [
        ...firstPipelineRunning(),
        {
          type: "runner-started",
          t: 11_000,
          epoch: 1,
          pid: 7,
          bootId: "b",
          bootMs: 1,
          version: "0.1.0",
          containment: "cgroup-v2",
        },
        { type: "warning", t: 12_000, job: "step1", message: "out/*.csv matches nothing" },
      ],
      15_000,
    );
    expect(status.containment).toBe("cgroup-v2");
    expect(status.warnings).toEqual([
      { at: "2026-01-27T10:00:12-08:00", job_id: "step1", message: "out/*.csv matches nothing" },
    ]);
  });
});

describe("jobDetail", () => {
  it("is the job's entry of the status", () => {
    const fold = foldOf(firstPipelineRunning());
    const input = { wallMs: START_AT + 15_000, t: 15_000, timeZone: "UTC" };
    const status = queueStatus(fold, { ...input, runner: "alive" });
    expect(jobDetail(fold, "step2", input)).toEqual(jobIn(status, "step2"));
  });

  it("knows the queue's jobs alone", () => {
    const fold = foldOf(firstPipelineRunning());
    expect(() => jobDetail(fold, "step9", { wallMs: 0, t: 0 })).toThrow(
      expect.objectContaining({ code: "job-not-found" }),
    );
  });
});
