import { describe, expect, test } from "vitest";
import type { DagInput, DagJob, RetryPolicy } from "../../input.js";
import { HandDrivenRun } from "../../testing/index.js";
import { firstFailure, jobState, queueOutcome } from "../inspect.js";
import { CLEANUP_LIMIT_MS } from "./cleanup-limit.js";

const retry: RetryPolicy = { maxAttempts: 2, backoff: "fixed", baseDelayMs: 100, maxDelayMs: 100, jitter: 0 };

function job(id: string, ...dependsOn: readonly string[]): DagJob {
  return { id, dependsOn };
}

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
      { type: "stop-attempt", job: "cleanup", attempt: 1, cause: "cancelled", force: true },
    ]);
    run.end("cleanup", { reason: "cancelled" });
    expect(queueOutcome(run.state)).toEqual({ state: "failed", reason: "global-timeout" });
  });
});
