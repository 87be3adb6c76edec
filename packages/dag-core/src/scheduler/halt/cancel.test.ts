import { describe, expect, test } from "vitest";
import type { DagJob, RetryPolicy } from "../../input.js";
import { HandDrivenRun } from "../../testing/index.js";
import { jobState, queueOutcome } from "../inspect.js";
import { CLEANUP_LIMIT_MS } from "./cleanup-limit.js";

const retry: RetryPolicy = { maxAttempts: 2, backoff: "fixed", baseDelayMs: 100, maxDelayMs: 100, jitter: 0 };

function job(id: string, ...dependsOn: readonly string[]): DagJob {
  return { id, dependsOn };
}

function started(...jobs: readonly DagJob[]): HandDrivenRun {
  return new HandDrivenRun({ jobs });
}

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
      { type: "stop-attempt", job: "cleanup", attempt: 1, cause: "cancelled", force: true },
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
    expect(run.cancel(true)).toEqual([
      { type: "stop-attempt", job: "a", attempt: 1, cause: "timeout", force: true },
    ]);
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
