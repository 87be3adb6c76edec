import { describe, expect, test } from "vitest";
import type { DagJob, RetryPolicy } from "../input.js";
import { HandDrivenRun } from "../testing/index.js";
import { blockedBy } from "./blocked-by.js";
import { failedJobs, firstFailure, jobBudget, jobState, queueOutcome, stopReason } from "./inspect.js";
import { resumableJobs } from "./resumable-jobs.js";

const retry: RetryPolicy = { maxAttempts: 2, backoff: "fixed", baseDelayMs: 100, maxDelayMs: 100, jitter: 0 };

function job(id: string, ...dependsOn: readonly string[]): DagJob {
  return { id, dependsOn };
}

function resume(run: HandDrivenRun, jobs = resumableJobs(run.state)): ReturnType<HandDrivenRun["send"]> {
  return run.send({ type: "queue-resumed", t: run.t, jobs });
}

describe("a resume", () => {
  test("runs the named jobs again with a fresh budget and the next attempt numbers", () => {
    const run = new HandDrivenRun({ jobs: [{ ...job("a"), retry }, job("b", "a"), job("c")] });
    run.start("c");
    run.fail("a");
    run.ring("backoff-elapsed");
    run.fail("a");
    run.end("c");
    expect(run.statuses()).toEqual({ a: "failed", b: "blocked", c: "completed" });
    expect(resumableJobs(run.state)).toEqual(["a", "b"]);

    expect(resume(run)).toEqual([]);
    expect(run.statuses()).toEqual({ a: "pending", b: "pending", c: "completed" });
    expect(jobBudget(run.state, "a")).toEqual({ lastAttempt: 2, charged: 0, lossesInRow: 0 });
    expect([queueOutcome(run.state), stopReason(run.state), firstFailure(run.state)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    run.fail("a");
    expect(run.status("a")).toBe("retrying");
    run.ring("backoff-elapsed");
    run.complete("a", "b");
    expect(jobState(run.state, "a")).toMatchObject({ attempt: 4 });
    expect(queueOutcome(run.state)).toEqual({ state: "completed", reason: "completed" });
  });

  test("forgets losses of the host", () => {
    const run = new HandDrivenRun({ jobs: [job("a")] });
    for (let loss = 1; loss <= 3; loss += 1) {
      run.start("a");
      run.end("a", { reason: "host-lost" });
    }
    expect(run.status("a")).toBe("failed");
    resume(run);
    run.start("a");
    run.end("a", { reason: "host-lost" });
    expect(run.ready()).toEqual(["a"]);
  });

  test("of an interrupted run makes what is ready or retrying wait for a dependency that runs again", () => {
    const run = new HandDrivenRun({ jobs: [job("a"), { ...job("b", "a"), retry }, job("c", "a")] }).complete(
      "a",
    );
    run.fail("b");
    run.send({ type: "interrupt-requested", t: run.t, cause: "ttl" });
    expect(resume(run, ["a"])).toEqual([]);
    expect(run.ready()).toEqual(["a"]);
    run.complete("a");
    expect(run.ready()).toEqual(["b", "c"]);
    expect(jobBudget(run.state, "b")).toMatchObject({ charged: 1 });
  });

  test("sets the global timeout afresh", () => {
    const run = new HandDrivenRun({ jobs: [job("a")], globalTimeoutMs: 1000 });
    run.wait(400);
    run.fail("a");
    run.wait(5000);
    expect(resume(run)).toEqual([
      { type: "wake-at", t: 6400, event: { type: "global-timeout-reached", t: 6400 } },
    ]);
  });

  test("leaves jobs that are not named as they were: a failed one still fails the run", () => {
    const run = new HandDrivenRun({
      jobs: [job("a"), job("b"), job("c", "a", "b")],
      failureMode: "continue",
    });
    run.fail("a");
    run.fail("b");
    resume(run, ["b"]);
    expect(failedJobs(run.state)).toEqual(["a"]);
    run.complete("b");
    expect(run.status("c")).toBe("blocked");
    expect(queueOutcome(run.state)).toEqual({ state: "failed", reason: "job-failed" });
  });

  test("blocks a named job at once whose dependency stays failed", () => {
    const run = new HandDrivenRun({ jobs: [job("a"), job("b", "a")] });
    run.fail("a");
    expect(resume(run, ["b"])).toEqual([
      { type: "finish-queue", outcome: { state: "failed", reason: "job-failed" } },
    ]);
    expect(blockedBy(run.state, "b")).toEqual(["a"]);
  });

  test("lets a completed job that is not named stand, though its dependency runs again", () => {
    const run = new HandDrivenRun({ jobs: [job("a"), job("b", "a")] }).complete("a", "b");
    resume(run, ["a"]);
    run.fail("a");
    expect(run.statuses()).toEqual({ a: "failed", b: "completed" });
  });

  test("of a forced cancel runs everything again, cleanup too", () => {
    const run = new HandDrivenRun({ jobs: [job("a"), { ...job("cleanup"), alwaysRun: true }] });
    run.cancel(true);
    resume(run);
    run.complete("a", "cleanup");
    expect(queueOutcome(run.state)).toEqual({ state: "completed", reason: "completed" });
  });

  test("needs a run in which nothing runs", () => {
    const run = new HandDrivenRun({ jobs: [job("a")] });
    expect(() => resume(run, ["a"])).toThrow("queue-resumed");
    run.start("a");
    run.send({ type: "interrupt-requested", t: 0, cause: "ttl" });
    expect(() => resume(run, ["a"])).toThrow("queue-resumed");
    run.end("a", { reason: "interrupted" });
    resume(run, ["a"]);
    run.complete("a");
    expect(queueOutcome(run.state)).toEqual({ state: "completed", reason: "completed" });
  });

  test("with an unknown job is refused, and changes nothing", () => {
    const run = new HandDrivenRun({ jobs: [job("a")] });
    run.fail("a");
    expect(() => resume(run, ["a", "x"])).toThrow('no job "x"');
    expect(run.status("a")).toBe("failed");
  });
});

describe("a handler over a resume", () => {
  const jobs = [{ ...job("a"), onFailure: "h" }, job("h")];

  test("runs again when its source fails again", () => {
    const run = new HandDrivenRun({ jobs });
    run.fail("a");
    run.complete("h");
    expect(resumableJobs(run.state)).toEqual(["a", "h"]);
    resume(run);
    run.fail("a");
    run.complete("h");
    expect(jobState(run.state, "h")).toMatchObject({ state: "completed", attempt: 2 });
  });

  test("is skipped when its source completes this time", () => {
    const run = new HandDrivenRun({ jobs });
    run.fail("a");
    run.complete("h");
    resume(run);
    run.complete("a");
    expect(run.statuses()).toEqual({ a: "completed", h: "skipped" });
    expect(queueOutcome(run.state)).toEqual({ state: "completed", reason: "completed" });
  });

  test("named alone runs again, since its source is still failed", () => {
    const run = new HandDrivenRun({ jobs });
    run.fail("a");
    run.fail("h");
    resume(run, ["h"]);
    expect(run.ready()).toEqual(["h"]);
  });
});

describe("resumableJobs", () => {
  test("is empty when everything completed", () => {
    const run = new HandDrivenRun({ jobs: [job("a"), { ...job("cleanup"), alwaysRun: true }] });
    run.complete("a", "cleanup");
    expect(resumableJobs(run.state)).toEqual([]);
  });

  test("names completed cleanup that waits for what runs again, by dependency or for everything", () => {
    const run = new HandDrivenRun({
      jobs: [
        { ...job("last"), alwaysRun: true },
        job("a"),
        job("b"),
        { ...job("after-a", "a"), alwaysRun: true },
        { ...job("after-b", "b"), alwaysRun: true },
        { ...job("after-that", "after-b"), alwaysRun: true },
      ],
      failureMode: "continue",
    });
    run.complete("a", "after-a");
    run.fail("b");
    run.complete("after-b", "after-that", "last");
    expect(resumableJobs(run.state)).toEqual(["last", "b", "after-b", "after-that"]);
    resume(run);
    expect(run.ready()).toEqual(["b"]);
    run.complete("b", "after-b", "after-that", "last");
    expect(queueOutcome(run.state)).toEqual({ state: "completed", reason: "completed" });
  });

  test("adds what is to be rerun, all that follows it, and the cleanup after that", () => {
    const run = new HandDrivenRun({
      jobs: [job("a"), job("b", "a"), job("c"), { ...job("cleanup"), alwaysRun: true }],
    });
    run.complete("a", "b", "c", "cleanup");
    expect(resumableJobs(run.state, ["a"])).toEqual(["a", "b", "cleanup"]);
    expect(() => resumableJobs(run.state, ["x"])).toThrow('no job "x"');
  });
});
