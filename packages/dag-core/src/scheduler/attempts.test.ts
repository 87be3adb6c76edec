import { describe, expect, test } from "vitest";
import type { AttemptOutcome } from "../events.js";
import type { DagJob, RetryPolicy } from "../input.js";
import { HandDrivenRun } from "../testing/index.js";
import { jobBudget, jobState, queueOutcome } from "./inspect.js";

const twice: RetryPolicy = {
  maxAttempts: 2,
  backoff: "fixed",
  baseDelayMs: 500,
  maxDelayMs: 60_000,
  jitter: 0,
};
const exit1: AttemptOutcome = { reason: "exit", exitCode: 1 };

function single(job: Partial<DagJob> = {}): HandDrivenRun {
  return new HandDrivenRun({ jobs: [{ id: "a", dependsOn: [], ...job }] });
}

describe("an attempt", () => {
  test("starts with an alarm at its deadline", () => {
    const run = single({ timeoutMs: 1000 }).wait(50);
    expect(run.start("a")).toEqual([
      { type: "start-attempt", job: "a", attempt: 1 },
      { type: "wake-at", t: 1050, event: { type: "attempt-timed-out", t: 1050, job: "a", attempt: 1 } },
    ]);
    expect(jobState(run.state, "a")).toEqual({ phase: "running", attempt: 1, since: 50, deadline: 1050 });
  });

  test("that exits with 0 completes the job, and the last one the run", () => {
    const run = single();
    expect(run.start("a")).toEqual([{ type: "start-attempt", job: "a", attempt: 1 }]);
    expect(run.end("a")).toEqual([
      { type: "finish-queue", outcome: { state: "completed", reason: "completed" } },
    ]);
    expect(jobState(run.state, "a")).toEqual({
      phase: "ended",
      state: "completed",
      attempt: 1,
      last: { reason: "exit", exitCode: 0 },
    });
  });

  test("that fails with attempts left is retried after its backoff, with the next number", () => {
    const run = single({ retry: twice });
    run.start("a");
    run.wait(10);
    expect(run.end("a", exit1)).toEqual([
      { type: "wake-at", t: 510, event: { type: "backoff-elapsed", t: 510, job: "a", attempt: 1 } },
    ]);
    expect(jobState(run.state, "a")).toEqual({ phase: "retrying", attempt: 1, notBefore: 510, last: exit1 });
    expect(run.ready()).toEqual([]);
    run.ring("backoff-elapsed");
    expect(run.ready()).toEqual(["a"]);
    run.complete("a");
    expect(jobState(run.state, "a")).toMatchObject({ state: "completed", attempt: 2 });
  });

  test("that fails with none left fails the job", () => {
    const run = single({ retry: twice });
    run.fail("a");
    run.ring("backoff-elapsed");
    expect(run.fail("a")).toEqual([
      { type: "finish-queue", outcome: { state: "failed", reason: "job-failed" } },
    ]);
    expect(run.status("a")).toBe("failed");
  });

  test("that ends with a code that is not to be retried fails the job at once", () => {
    const run = single({ retry: { ...twice, dontRetryOnCodes: [2] } });
    run.fail("a", 2);
    expect(run.status("a")).toBe("failed");
  });

  test.each<AttemptOutcome>([
    { reason: "signal", signal: 15 },
    { reason: "oom" },
    { reason: "start-failed", message: "no such folder" },
    { reason: "timeout" },
  ])("ended by $reason is a failed attempt that may be retried", (outcome) => {
    const run = single({ retry: twice });
    run.start("a");
    run.end("a", outcome);
    expect(run.status("a")).toBe("retrying");
  });

  test("past its deadline is stopped once, then retried if it may", () => {
    const run = single({ retry: twice, timeoutMs: 1000 });
    run.start("a");
    expect(run.ring("attempt-timed-out")).toEqual([
      { type: "stop-attempt", job: "a", attempt: 1, cause: "timeout" },
    ]);
    expect(jobState(run.state, "a")).toMatchObject({ phase: "running", stopping: "timeout" });
    run.end("a", { reason: "timeout" });
    expect(run.status("a")).toBe("retrying");
  });

  test("that was stopped for its timeout but had just succeeded is completed", () => {
    const run = single({ timeoutMs: 1000 });
    run.start("a");
    run.ring("attempt-timed-out");
    run.end("a");
    expect(run.status("a")).toBe("completed");
  });

  test.each<AttemptOutcome>([
    { reason: "interrupted" },
    { reason: "never-started" },
    { reason: "host-lost" },
  ])("ended by $reason uses up no retry: ready at once, with the next number", (outcome) => {
    const run = single();
    run.start("a");
    expect(jobBudget(run.state, "a").charged).toBe(1);
    expect(run.end("a", outcome)).toEqual([]);
    expect(jobBudget(run.state, "a")).toMatchObject({ charged: 0, lastAttempt: 1 });
    expect(run.ready()).toEqual(["a"]);
    run.complete("a");
    expect(jobState(run.state, "a")).toMatchObject({ attempt: 2 });
  });

  test("backoff grows with charged attempts only", () => {
    const run = single({ retry: { ...twice, maxAttempts: 3, backoff: "exponential", baseDelayMs: 100 } });
    run.start("a");
    run.end("a", { reason: "host-lost" });
    run.fail("a");
    expect(jobState(run.state, "a")).toMatchObject({ notBefore: 100 });
    run.ring("backoff-elapsed");
    run.fail("a");
    expect(jobState(run.state, "a")).toMatchObject({ notBefore: 300 });
  });
});

describe("losing the host", () => {
  function end(
    run: HandDrivenRun,
    ...reasons: readonly ("host-lost" | "interrupted" | "never-started")[]
  ): void {
    for (const reason of reasons) {
      run.start("a");
      run.end("a", { reason });
    }
  }

  test("three times in a row fails the job, retries left or not", () => {
    const run = single({ retry: { ...twice, maxAttempts: 9 } });
    end(run, "host-lost", "host-lost");
    expect(run.status("a")).toBe("pending");
    end(run, "host-lost");
    expect(run.status("a")).toBe("failed");
    expect(queueOutcome(run.state)).toEqual({ state: "failed", reason: "job-failed" });
  });

  test("a spot notice between starts the count again; an attempt that never started does not", () => {
    const run = single();
    end(run, "host-lost", "host-lost", "interrupted", "host-lost", "host-lost");
    expect(jobBudget(run.state, "a").lossesInRow).toBe(2);
    end(run, "never-started");
    expect(jobBudget(run.state, "a").lossesInRow).toBe(2);
    end(run, "host-lost");
    expect(run.status("a")).toBe("failed");
  });

  test("a failed attempt between starts the count again: the host outlived it", () => {
    const run = single({ retry: twice });
    end(run, "host-lost", "host-lost");
    run.fail("a");
    expect(jobBudget(run.state, "a").lossesInRow).toBe(0);
  });
});
