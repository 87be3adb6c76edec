import { describe, expect, test } from "vitest";
import type { DagJob, RetryPolicy } from "../../input.js";
import { HandDrivenRun } from "../../testing/index.js";
import { firstFailure, jobState, queueOutcome, stopReason } from "../inspect.js";

const retry: RetryPolicy = { maxAttempts: 2, backoff: "fixed", baseDelayMs: 100, maxDelayMs: 100, jitter: 0 };

function job(id: string, ...dependsOn: readonly string[]): DagJob {
  return { id, dependsOn };
}

function started(...jobs: readonly DagJob[]): HandDrivenRun {
  return new HandDrivenRun({ jobs });
}

describe("after a final failure under stop", () => {
  test("running attempts finish, downstream is blocked, the rest is cancelled as queue-stopped", () => {
    const run = started(job("bad"), job("busy"), job("next", "busy"), job("down", "bad"), job("free"));
    run.start("bad", "busy");
    expect(run.end("bad", { reason: "exit", exitCode: 3 })).toEqual([]);
    expect(run.statuses()).toEqual({
      bad: "failed",
      busy: "running",
      next: "cancelled",
      down: "blocked",
      free: "cancelled",
    });
    expect(jobState(run.state, "free")).toEqual({
      phase: "unrunnable",
      state: "cancelled",
      reason: "queue-stopped",
    });
    expect(stopReason(run.state)).toBe("job-failed");
    expect(run.ready()).toEqual([]);
    expect(run.end("busy")).toEqual([
      { type: "finish-queue", outcome: { state: "failed", reason: "job-failed" } },
    ]);
    expect(run.status("busy")).toBe("completed");
    expect(firstFailure(run.state)).toBe("bad");
  });

  test("a later failure blocks what was cancelled before", () => {
    const run = started(job("bad"), job("busy"), job("next", "busy"), job("after", "next"));
    run.start("bad", "busy");
    run.end("bad", { reason: "oom" });
    expect(run.statuses()).toMatchObject({ next: "cancelled", after: "cancelled" });
    run.end("busy", { reason: "oom" });
    expect(run.statuses()).toMatchObject({ next: "blocked", after: "blocked" });
    expect(firstFailure(run.state)).toBe("bad");
  });

  test("a job between two attempts, or whose running attempt fails with some left, ends cancelled", () => {
    const run = started(
      job("bad"),
      { ...job("waits"), retry },
      { ...job("busy"), retry },
      job("down", "busy"),
    );
    run.start("bad", "waits", "busy");
    run.end("waits", { reason: "exit", exitCode: 1 });
    run.end("bad", { reason: "oom" });
    expect(jobState(run.state, "waits")).toEqual({
      phase: "ended",
      state: "cancelled",
      attempt: 1,
      last: { reason: "exit", exitCode: 1 },
      reason: "queue-stopped",
    });
    run.end("busy", { reason: "exit", exitCode: 1 });
    expect(run.statuses()).toMatchObject({ busy: "cancelled", down: "cancelled" });
  });

  test("a running attempt that loses its host gets no further one", () => {
    const run = started(job("bad"), job("busy"));
    run.start("bad", "busy");
    run.end("bad", { reason: "oom" });
    run.end("busy", { reason: "host-lost" });
    expect(run.status("busy")).toBe("cancelled");
  });

  test("triggered handlers and alwaysRun jobs still run, with their retries", () => {
    const run = started(
      { ...job("bad"), onFailure: "h" },
      { ...job("h"), retry },
      { ...job("cleanup"), alwaysRun: true, retry },
    );
    run.fail("bad");
    run.fail("h");
    expect(run.status("h")).toBe("retrying");
    run.ring("backoff-elapsed");
    run.complete("h");
    run.fail("cleanup");
    run.ring("backoff-elapsed");
    run.complete("cleanup");
    expect(run.statuses()).toEqual({ bad: "failed", h: "completed", cleanup: "completed" });
    expect(queueOutcome(run.state)).toEqual({ state: "failed", reason: "job-failed" });
  });

  test("a handler whose sources still run waits for them; one without any left is skipped", () => {
    const run = started(
      job("bad"),
      { ...job("busy"), onFailure: "h" },
      job("h"),
      { ...job("free"), onFailure: "h2" },
      job("h2"),
    );
    run.start("bad", "busy");
    run.end("bad", { reason: "oom" });
    expect(run.statuses()).toMatchObject({ h: "pending", h2: "skipped" });
    run.end("busy", { reason: "oom" });
    expect(run.ready()).toEqual(["h"]);
  });
});
