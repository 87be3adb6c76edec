import { describe, expect, test } from "vitest";
import type { DagJob } from "../input.js";
import { HandDrivenRun } from "../testing/index.js";
import { blockedBy } from "./blocked-by.js";
import { failedJobs, firstFailure, queueOutcome } from "./inspect.js";

function job(id: string, ...dependsOn: readonly string[]): DagJob {
  return { id, dependsOn };
}

function goOn(...jobs: readonly DagJob[]): HandDrivenRun {
  return new HandDrivenRun({ jobs, failureMode: "continue" });
}

describe("dependencies", () => {
  test("all must be completed; independent jobs are ready together", () => {
    const run = goOn(job("a"), job("b"), job("c", "a", "b"));
    expect(run.ready()).toEqual(["a", "b"]);
    run.complete("a");
    expect(run.ready()).toEqual(["b"]);
    expect(blockedBy(run.state, "c")).toEqual(["b"]);
    run.complete("b");
    expect(run.ready()).toEqual(["c"]);
  });

  test("a failure blocks what is downstream, at any distance, and nothing else under continue", () => {
    const run = goOn(job("a"), job("b", "a"), job("c", "b"), job("other"));
    run.fail("a");
    expect(run.statuses()).toEqual({ a: "failed", b: "blocked", c: "blocked", other: "pending" });
    expect(blockedBy(run.state, "c")).toEqual(["b"]);
    run.complete("other");
    expect(queueOutcome(run.state)).toEqual({ state: "failed", reason: "job-failed" });
  });

  test("the first failure is the first that happened, not the first in the file", () => {
    const run = goOn(job("a"), job("b"));
    run.start("a", "b");
    run.end("b", { reason: "oom" });
    run.end("a", { reason: "oom" });
    expect(firstFailure(run.state)).toBe("b");
    expect(failedJobs(run.state)).toEqual(["b", "a"]);
  });

  test("a graver state replaces a milder one, whichever comes first", () => {
    const jobs = [
      { ...job("a"), onFailure: "handler" },
      job("handler"),
      job("b"),
      job("both", "handler", "b"),
      job("after", "both"),
    ];
    const skippedFirst = goOn(...jobs).complete("a");
    expect(skippedFirst.statuses()).toMatchObject({ handler: "skipped", both: "skipped", after: "skipped" });
    skippedFirst.fail("b");
    const blockedFirst = goOn(...jobs);
    blockedFirst.fail("b");
    blockedFirst.complete("a");
    expect(skippedFirst.statuses()).toMatchObject({ both: "blocked", after: "blocked" });
    expect(blockedFirst.statuses()).toEqual(skippedFirst.statuses());
  });
});

describe("a handler", () => {
  const jobs = [
    { ...job("a"), onFailure: "h" },
    { ...job("b"), onFailure: "h" },
    job("h"),
    job("after", "h"),
  ];

  test("runs when a job that names it has failed, once, while others still run", () => {
    const run = goOn(...jobs);
    expect(blockedBy(run.state, "h")).toEqual(["a", "b"]);
    run.start("b");
    run.fail("a");
    expect(run.ready()).toEqual(["h"]);
    run.complete("h");
    run.end("b", { reason: "oom" });
    expect(run.status("h")).toBe("completed");
    run.complete("after");
    expect(queueOutcome(run.state)).toEqual({ state: "failed", reason: "job-failed" });
  });

  test("waits while one may still fail, then is skipped, and so is what depends on it", () => {
    const run = goOn(...jobs).complete("a");
    expect(run.statuses()).toMatchObject({ h: "pending", after: "pending" });
    run.complete("b");
    expect(run.statuses()).toMatchObject({ h: "skipped", after: "skipped" });
    expect(queueOutcome(run.state)).toEqual({ state: "completed", reason: "completed" });
  });

  test("is not triggered by a failed attempt, only by the final failure", () => {
    const retry = { maxAttempts: 2, backoff: "fixed", baseDelayMs: 1, maxDelayMs: 1, jitter: 0 } as const;
    const run = goOn({ ...job("a"), onFailure: "h", retry }, job("h"));
    run.fail("a");
    expect(run.status("h")).toBe("pending");
    expect(run.ready()).toEqual([]);
    run.ring("backoff-elapsed");
    run.fail("a");
    expect(run.ready()).toEqual(["h"]);
  });

  test("is not triggered by a job that never ran", () => {
    const run = goOn(job("root"), { ...job("a", "root"), onFailure: "h" }, job("h"));
    run.fail("root");
    expect(run.statuses()).toEqual({ root: "failed", a: "blocked", h: "skipped" });
  });

  test("waits for its own dependencies to settle, however they do", () => {
    const run = goOn({ ...job("a"), onFailure: "h" }, job("b"), job("h", "b"));
    run.fail("a");
    expect(run.ready()).toEqual(["b"]);
    expect(blockedBy(run.state, "h")).toEqual(["b"]);
    run.fail("b");
    expect(run.ready()).toEqual(["h"]);
  });

  test("may depend on the job that names it", () => {
    const run = goOn({ ...job("a"), onFailure: "h" }, job("h", "a"));
    run.fail("a");
    expect(run.ready()).toEqual(["h"]);
  });

  test("that fails can have a handler itself", () => {
    const run = goOn({ ...job("a"), onFailure: "h" }, { ...job("h"), onFailure: "h2" }, job("h2"));
    run.fail("a");
    run.fail("h");
    expect(run.ready()).toEqual(["h2"]);
  });
});

describe("an alwaysRun job", () => {
  test("with dependencies runs when each is settled: completed, failed, blocked or skipped", () => {
    const cleanup: DagJob = { ...job("cleanup", "b", "h", "c"), alwaysRun: true };
    const run = goOn(
      job("a"),
      job("b", "a"),
      { ...job("c"), onFailure: "h" },
      job("h"),
      cleanup,
      job("other"),
    );
    run.fail("a");
    expect(run.ready()).not.toContain("cleanup");
    expect(blockedBy(run.state, "cleanup")).toEqual(["c", "h"]);
    run.complete("c");
    expect(run.ready()).toContain("cleanup");
  });

  test("without dependencies waits for every job that is not alwaysRun", () => {
    const run = goOn({ ...job("cleanup"), alwaysRun: true }, job("a"), job("b", "a"));
    expect(blockedBy(run.state, "cleanup")).toEqual(["a", "b"]);
    run.complete("a");
    expect(run.ready()).toEqual(["b"]);
    run.complete("b");
    expect(run.ready()).toEqual(["cleanup"]);
  });

  test("lets what follows it run after it", () => {
    const run = goOn({ ...job("cleanup"), alwaysRun: true }, job("report", "cleanup"), job("a"));
    run.complete("a", "cleanup", "report");
    expect(queueOutcome(run.state)).toEqual({ state: "completed", reason: "completed" });
  });

  test("that is named for a failure runs in any case, but not before that job is settled", () => {
    const cleanup: DagJob = { ...job("cleanup", "setup"), alwaysRun: true };
    const jobs = [job("setup"), { ...job("work", "setup"), onFailure: "cleanup" }, cleanup];
    const run = goOn(...jobs).complete("setup");
    expect(run.ready()).toEqual(["work"]);
    run.complete("work");
    expect(run.ready()).toEqual(["cleanup"]);
  });

  test("that fails makes the run fail", () => {
    const run = goOn(job("a"), { ...job("cleanup"), alwaysRun: true });
    run.complete("a");
    run.fail("cleanup");
    expect(queueOutcome(run.state)).toEqual({ state: "failed", reason: "job-failed" });
    expect(firstFailure(run.state)).toBe("cleanup");
  });

  test("runs alone when there is nothing else", () => {
    const run = goOn({ ...job("cleanup"), alwaysRun: true });
    expect(run.ready()).toEqual(["cleanup"]);
  });
});
