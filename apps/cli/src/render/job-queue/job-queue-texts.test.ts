import type { CompletedJob, EnabledSchedule, Job, JobLogRow } from "@spawn/job-queue";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { paletteOf } from "../palette.js";
import { jobTable } from "./job-table.js";
import { jobText } from "./job-text.js";
import { logHeading, logText } from "./log-text.js";
import { scheduleTable } from "./schedule-table.js";
import { staleText } from "./stale-text.js";
import { errorsText, statsText } from "./stats-text.js";

const plain = paletteOf(false);
const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = "UTC";
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const job: CompletedJob = {
  jobId: 123,
  jobType: "training",
  status: "completed",
  priority: 7,
  config: { training_config: { epochs: 10 } },
  needs: "type:training",
  createdAt: "2025-11-20T14:30:00.000Z",
  startedAt: "2025-11-20T14:35:00.000Z",
  completedAt: "2025-11-20T14:45:00.000Z",
  workerId: "worker-01",
  retryCount: 0,
  maxRetries: 3,
};

describe("jobs show", () => {
  it("is what the guide shows", () => {
    expect(jobText(job, plain)).toBe(`Job ID: 123
Type: training
Status: completed
Priority: 7
Created: 2025-11-20 14:30:00 UTC
Started: 2025-11-20 14:35:00 UTC
Completed: 2025-11-20 14:45:00 UTC
Worker: worker-01
Retries: 0/3

Configuration:
{
  "training_config": {
    "epochs": 10
  }
}`);
  });

  it("says when a retry comes, why it is one, and that a job is being cancelled", () => {
    const { workerId: _, startedAt: __, completedAt: ___, ...facts } = job;
    const pending: Job = {
      ...facts,
      status: "pending",
      notBefore: job.startedAt,
      errorMessage: "exit code 3",
    };
    expect(jobText(pending, plain)).toContain("Next Attempt: 2025-11-20 14:35:00 UTC\n");
    expect(jobText(pending, plain)).toContain("Error: exit code 3\n");
    const running: Job = {
      ...facts,
      status: "running",
      startedAt: job.startedAt,
      workerId: "worker-01",
      leaseExpiresAt: job.completedAt,
      cancelRequested: true,
    };
    expect(jobText(running, plain)).toContain("Status: running (being cancelled)\n");
    expect(staleText([running], Date.parse(job.completedAt), plain)).toMatch(
      /123 .* 10m .* worker-01 .* lost$/m,
    );
  });
});

it("jobs list grows with what is in it", () => {
  const table = jobTable([job, { ...job, jobId: 7, jobType: "a-type-with-a-long-name" }], plain).split("\n");
  expect(table[0]).toMatch(/^ID +Type +Status +Priority +Retries +Created +Worker$/);
  expect(table[3]).toContain("a-type-with-a-long-name completed");
  expect(table[2]?.indexOf("completed")).toBe(table[3]?.indexOf("completed"));
});

it("jobs logs is what the guide shows; a message of several lines is as many", () => {
  const row: JobLogRow = {
    log_id: 1,
    job_id: 123,
    timestamp: "2025-11-20T14:40:00.000Z",
    level: "WARNING",
    message: "GPU memory at 85%\nand rising",
  };
  expect(logHeading(123, plain)).toBe(`Logs for job 123:\n${"-".repeat(80)}`);
  expect(logText(row, plain, (line) => line)).toBe(
    "[2025-11-20 14:40:00] WARNING: GPU memory at 85%\n[2025-11-20 14:40:00] WARNING: and rising",
  );
});

it("jobs stats is what the guide shows, and names what nobody can take", () => {
  const stats = { pending: 5, running: 2, completed: 42, failed: 1, cancelled: 0, total: 50, unhandled: [] };
  expect(statsText(stats, plain)).toBe(`Queue Statistics:
----------------------------------------
Pending:         5
Running:         2
Completed:      42
Failed:          1
Cancelled:       0
----------------------------------------
Total:          50`);
  const unhandled = [{ needs: "type:export", jobs: 3 }];
  expect(statsText({ ...stats, unhandled }, plain)).toContain("type export (a handler of your own): 3");
});

it("jobs stats --by-error counts as the guide does", () => {
  const errors = [
    { error_message: `exit code 1: ${"x".repeat(100)}\nmore`, jobs: 12 },
    { error_message: "out of memory", jobs: 3 },
  ];
  const lines = errorsText(errors, plain).split("\n");
  expect(lines[2]).toMatch(/^ 12: exit code 1: x+…$/);
  expect(lines[3]).toBe("  3: out of memory");
});

it("jobs schedule list is what the guide shows, with the offset of the schedule's zone", () => {
  const schedule: EnabledSchedule = {
    scheduleId: 1,
    name: "daily-train",
    jobType: "training",
    config: {},
    scheduleExpr: "0 2 * * *",
    timezone: "Europe/Berlin",
    priority: 5,
    maxRetries: 3,
    missedSlots: "run-once",
    createdAt: "2025-11-20T14:30:00.000Z",
    enabled: true,
    nextRun: "2025-11-21T01:00:00.000Z",
  };
  const { nextRun: _, ...facts } = schedule;
  const lines = scheduleTable([schedule, { ...facts, enabled: false }], plain).split("\n");
  expect(lines[0]).toBe("ID     Name                 Type         Expression      Enabled  Next Run");
  expect(lines[1]).toMatch(/^-{90,}$/);
  expect(lines[2]).toBe(
    "1      daily-train          training     0 2 * * *       ✓        2025-11-21T02:00:00+01:00",
  );
  expect(lines[3]).toBe("1      daily-train          training     0 2 * * *       ✗        -");
});
