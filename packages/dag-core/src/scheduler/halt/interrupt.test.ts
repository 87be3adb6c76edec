import { describe, expect, test } from "vitest";
import type { DagJob, RetryPolicy } from "../../input.js";
import { HandDrivenRun } from "../../testing/index.js";
import { queueOutcome, stopReason } from "../inspect.js";

const retry: RetryPolicy = { maxAttempts: 2, backoff: "fixed", baseDelayMs: 100, maxDelayMs: 100, jitter: 0 };

function job(id: string, ...dependsOn: readonly string[]): DagJob {
  return { id, dependsOn };
}

function started(...jobs: readonly DagJob[]): HandDrivenRun {
  return new HandDrivenRun({ jobs });
}

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
