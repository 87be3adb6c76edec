import { describe, expect, test } from "vitest";
import type { DagInput, DagJob, RetryPolicy } from "../input.js";
import { HandDrivenRun } from "../testing/index.js";
import { CLEANUP_LIMIT_MS } from "./halt.js";
import { firstFailure, jobState, queueOutcome, stopReason } from "./inspect.js";

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

describe("a cancel", () => {
  test("stops what runs and cancels the rest; attempts end as they end, without a retry", () => {
    const run = started(job("a"), job("b"), { ...job("c"), retry }, job("d"), job("next", "a"));
    run.start("a", "b", "c", "d");
    expect(run.cancel()).toEqual(
      ["a", "b", "c", "d"].map((id) => ({ type: "stop-attempt", job: id, attempt: 1, cause: "cancelled" })),
    );
    expect(jobState(run.state, "next")).toEqual({
      phase: "unrunnable",
      state: "cancelled",
      reason: "cancelled",
    });
    run.end("a", { reason: "cancelled" });
    run.end("b");
    run.end("c", { reason: "exit", exitCode: 1 });
    run.end("d", { reason: "exit", exitCode: 1 });
    expect(run.statuses()).toEqual({
      a: "cancelled",
      b: "completed",
      c: "cancelled",
      d: "failed",
      next: "cancelled",
    });
    expect(queueOutcome(run.state)).toEqual({ state: "cancelled", reason: "cancelled" });
  });

  test("cancels handlers, triggered or not, and running ones", () => {
    const run = started(
      { ...job("a"), onFailure: "h" },
      job("h", "slow"),
      job("slow"),
      { ...job("b"), onFailure: "h2" },
      job("h2"),
    );
    run.start("a", "slow", "b");
    run.end("b", { reason: "oom" });
    run.start("h2");
    run.end("a", { reason: "oom" });
    expect(run.cancel()).toEqual(
      expect.arrayContaining([{ type: "stop-attempt", job: "h2", attempt: 1, cause: "cancelled" }]),
    );
    expect(run.status("h")).toBe("cancelled");
  });

  test("lets alwaysRun jobs run, each bounded by its own timeout, else 10 minutes from the cancel or its start", () => {
    const run = started(
      { ...job("early", "a"), alwaysRun: true },
      { ...job("late"), alwaysRun: true },
      { ...job("own"), alwaysRun: true, timeoutMs: 3 * CLEANUP_LIMIT_MS },
      job("a"),
      job("b"),
    );
    run.complete("a");
    run.start("early", "b");
    run.wait(1000);
    expect(run.cancel()).toEqual([
      { type: "stop-attempt", job: "b", attempt: 1, cause: "cancelled" },
      expect.objectContaining({ type: "wake-at", t: 1000 + CLEANUP_LIMIT_MS }),
    ]);
    run.wait(1000);
    run.end("b", { reason: "cancelled" });
    run.start("late", "own");
    expect(jobState(run.state, "early")).toMatchObject({ deadline: 1000 + CLEANUP_LIMIT_MS });
    expect(jobState(run.state, "late")).toMatchObject({ deadline: 2000 + CLEANUP_LIMIT_MS });
    expect(jobState(run.state, "own")).toMatchObject({ deadline: 2000 + 3 * CLEANUP_LIMIT_MS });
    expect(run.ring("attempt-timed-out")).toEqual([
      { type: "stop-attempt", job: "early", attempt: 1, cause: "timeout" },
    ]);
  });

  test("by force ends alwaysRun jobs too, at once or as a second step", () => {
    const jobs = [job("a"), { ...job("cleanup", "a"), alwaysRun: true }, { ...job("last"), alwaysRun: true }];
    const run = started(...jobs).complete("a");
    run.start("cleanup");
    expect(run.cancel()).toMatchObject([{ type: "wake-at" }]);
    expect(run.cancel()).toEqual([]);
    expect(run.cancel(true)).toEqual([
      { type: "stop-attempt", job: "cleanup", attempt: 1, cause: "cancelled" },
    ]);
    expect(run.status("last")).toBe("cancelled");
    run.end("cleanup", { reason: "cancelled" });
    expect(queueOutcome(run.state)).toEqual({ state: "cancelled", reason: "cancelled" });

    const atOnce = started(...jobs);
    expect(atOnce.cancel(true)).toEqual([
      { type: "finish-queue", outcome: { state: "cancelled", reason: "cancelled" } },
    ]);
  });

  test("finds an attempt that is past its timeout stopped already: the first cause stays", () => {
    const run = started({ ...job("a"), timeoutMs: 100 });
    run.start("a");
    run.ring("attempt-timed-out");
    expect(run.cancel()).toEqual([]);
    expect(jobState(run.state, "a")).toMatchObject({ phase: "running", stopping: "timeout" });
    expect(run.cancel(true)).toEqual([]);
  });

  test("of a single attempt, which nobody asked for, cancels its job, what depends on it, and so the run", () => {
    const run = started(job("a"), job("b", "a"));
    run.start("a");
    run.end("a", { reason: "cancelled" });
    expect(run.statuses()).toEqual({ a: "cancelled", b: "cancelled" });
    expect(queueOutcome(run.state)).toEqual({ state: "cancelled", reason: "cancelled" });
  });

  test("after the end does nothing", () => {
    const run = started(job("a")).complete("a");
    expect(run.cancel(true)).toEqual([]);
    expect(run.send({ type: "interrupt-requested", t: run.t, cause: "spot" })).toEqual([]);
    expect(queueOutcome(run.state)).toEqual({ state: "completed", reason: "completed" });
  });

  test("does not change why a run under stop ended, but does under continue", () => {
    const outcomeUnder = (failureMode: "stop" | "continue"): unknown => {
      const run = new HandDrivenRun({ jobs: [job("bad"), job("busy")], failureMode });
      run.start("bad", "busy");
      run.end("bad", { reason: "oom" });
      run.cancel();
      run.end("busy", { reason: "cancelled" });
      return queueOutcome(run.state);
    };
    expect(outcomeUnder("stop")).toEqual({ state: "failed", reason: "job-failed" });
    expect(outcomeUnder("continue")).toEqual({ state: "cancelled", reason: "cancelled" });
  });
});

describe("the global timeout", () => {
  const input: DagInput = {
    globalTimeoutMs: 5000,
    jobs: [
      { ...job("busy"), retry },
      job("next", "busy"),
      { ...job("idle"), onFailure: "h" },
      job("h"),
      { ...job("cleanup"), alwaysRun: true },
    ],
  };

  test("is set from the start", () => {
    const run = new HandDrivenRun(input);
    expect(run.effects).toEqual([
      { type: "wake-at", t: 5000, event: { type: "global-timeout-reached", t: 5000 } },
    ]);
  });

  test("fails what runs without a retry, cancels the rest, and still cleans up", () => {
    const run = new HandDrivenRun(input);
    run.start("busy");
    expect(run.ring("global-timeout-reached")).toEqual([
      { type: "stop-attempt", job: "busy", attempt: 1, cause: "timeout" },
    ]);
    run.end("busy", { reason: "timeout" });
    expect(run.statuses()).toEqual({
      busy: "failed",
      next: "blocked",
      idle: "cancelled",
      h: "cancelled",
      cleanup: "pending",
    });
    expect(jobState(run.state, "idle")).toMatchObject({ reason: "global-timeout" });
    run.start("cleanup");
    expect(jobState(run.state, "cleanup")).toMatchObject({ deadline: 5000 + CLEANUP_LIMIT_MS });
    expect(run.end("cleanup")).toEqual([
      { type: "finish-queue", outcome: { state: "failed", reason: "global-timeout" } },
    ]);
    expect(firstFailure(run.state)).toBe("busy");
  });

  test("fails an attempt that it stopped however that ends, but for a success or one that never ran", () => {
    const endsAs = (outcome: Parameters<HandDrivenRun["end"]>[1]): string => {
      const run = new HandDrivenRun(input);
      run.start("busy");
      run.ring("global-timeout-reached");
      run.end("busy", outcome);
      return run.status("busy");
    };
    expect(endsAs({ reason: "host-lost" })).toBe("failed");
    expect(endsAs({ reason: "signal", signal: 15 })).toBe("failed");
    expect(endsAs({ reason: "exit", exitCode: 0 })).toBe("completed");
    expect(endsAs({ reason: "never-started" })).toBe("cancelled");
  });

  test("means nothing after a cancel", () => {
    const run = new HandDrivenRun(input);
    run.cancel();
    expect(() => run.ring("global-timeout-reached")).toThrow("no alarm");
    run.complete("cleanup");
    expect(queueOutcome(run.state)).toEqual({ state: "cancelled", reason: "cancelled" });
  });

  test("after a failure under stop ends what is left, and the failure stays the cause", () => {
    const run = new HandDrivenRun({ ...input, jobs: [job("bad"), ...input.jobs] });
    run.start("bad", "busy");
    run.end("bad", { reason: "oom" });
    run.ring("global-timeout-reached");
    run.end("busy", { reason: "timeout" });
    run.complete("cleanup");
    expect(queueOutcome(run.state)).toEqual({ state: "failed", reason: "job-failed" });
  });

  test("then a forced cancel ends cleanup, and the timeout stays the cause", () => {
    const run = new HandDrivenRun(input);
    run.ring("global-timeout-reached");
    run.start("cleanup");
    expect(run.cancel()).toEqual([]);
    expect(run.cancel(true)).toEqual([
      { type: "stop-attempt", job: "cleanup", attempt: 1, cause: "cancelled" },
    ]);
    run.end("cleanup", { reason: "cancelled" });
    expect(queueOutcome(run.state)).toEqual({ state: "failed", reason: "global-timeout" });
  });
});

describe("an interrupt", () => {
  const jobs = [job("a"), { ...job("b"), retry }, job("next", "a"), { ...job("cleanup"), alwaysRun: true }];

  test("starts nothing new, alwaysRun neither, stops what runs, and ends the run as interrupted", () => {
    const run = started(...jobs);
    run.start("a", "b");
    expect(run.send({ type: "interrupt-requested", t: run.t, cause: "spot" })).toEqual([
      { type: "stop-attempt", job: "a", attempt: 1, cause: "interrupted" },
      { type: "stop-attempt", job: "b", attempt: 1, cause: "interrupted" },
    ]);
    expect(stopReason(run.state)).toBe("spot");
    run.end("a");
    expect(run.ready()).toEqual([]);
    expect(run.end("b", { reason: "interrupted" })).toEqual([
      { type: "finish-queue", outcome: { state: "interrupted", reason: "spot" } },
    ]);
    expect(run.statuses()).toEqual({ a: "completed", b: "pending", next: "pending", cleanup: "pending" });
  });

  test("is over with queue-continued: nothing is forgotten, alarms are set again", () => {
    const run = new HandDrivenRun({ jobs, globalTimeoutMs: 90_000 });
    run.start("a", "b");
    run.end("b", { reason: "exit", exitCode: 1 });
    run.send({ type: "interrupt-requested", t: 10, cause: "ttl" });
    run.end("a", { reason: "interrupted" });
    expect(run.send({ type: "queue-continued", t: 50 })).toEqual([
      { type: "wake-at", t: 90_000, event: { type: "global-timeout-reached", t: 90_000 } },
      { type: "wake-at", t: 100, event: { type: "backoff-elapsed", t: 100, job: "b", attempt: 1 } },
    ]);
    expect(run.ready()).toEqual(["a"]);
    expect(queueOutcome(run.state)).toBeUndefined();
    expect(stopReason(run.state)).toBeUndefined();
  });

  test("of a run whose last attempt then succeeds comes too late: it is completed", () => {
    const run = started(job("a"));
    run.start("a");
    run.send({ type: "interrupt-requested", t: run.t, cause: "shutdown" });
    expect(run.end("a")).toEqual([
      { type: "finish-queue", outcome: { state: "completed", reason: "completed" } },
    ]);
  });

  test("with nothing running ends the run at once, and a second one changes nothing", () => {
    const run = started(job("a"));
    expect(run.send({ type: "interrupt-requested", t: 1, cause: "ttl" })).toMatchObject([
      { type: "finish-queue" },
    ]);
    expect(run.send({ type: "interrupt-requested", t: 2, cause: "spot" })).toEqual([]);
    expect(queueOutcome(run.state)).toEqual({ state: "interrupted", reason: "ttl" });
  });
});
