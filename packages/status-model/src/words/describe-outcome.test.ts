import type { AttemptOutcome } from "@spawn/dag-core";
import { describe, expect, it } from "vitest";
import { describeOutcome, exitCodeOf } from "./describe-outcome.js";

describe("describeOutcome", () => {
  it.each<[AttemptOutcome, string, number | undefined]>([
    [{ reason: "exit", exitCode: 3 }, "exit code 3", 3],
    [{ reason: "signal", signal: 9 }, "killed by signal 9 (SIGKILL)", 137],
    [{ reason: "signal", signal: 15 }, "killed by signal 15 (SIGTERM)", 143],
    [{ reason: "signal", signal: 31 }, "killed by signal 31 (SIGSYS)", 159],
    [{ reason: "signal", signal: 40 }, "killed by signal 40", 168],
    [{ reason: "timeout" }, "timed out after 5m", undefined],
    [{ reason: "oom" }, "out of memory", undefined],
    [{ reason: "start-failed", message: "no shell" }, "could not be started: no shell", undefined],
    [{ reason: "host-lost" }, "its machine was lost", undefined],
    [{ reason: "interrupted" }, "interrupted", undefined],
    [{ reason: "cancelled" }, "cancelled", undefined],
    [{ reason: "never-started" }, "never started", undefined],
  ])("says %j as %s", (outcome, words, exitCode) => {
    expect(describeOutcome(outcome, { timeoutMs: 300_000 })).toBe(words);
    expect(exitCodeOf(outcome)).toBe(exitCode);
  });

  it("names no limit where none is known", () => {
    expect(describeOutcome({ reason: "timeout" })).toBe("timed out");
  });

  it("names the queue's limit where that came before the attempt's own", () => {
    const limits = { timeoutMs: 300_000, globalTimeout: true };
    expect(describeOutcome({ reason: "timeout" }, limits)).toBe("ended by the queue's global timeout");
  });
});
