import { describe, expect, it } from "vitest";
import { settle, type WrapperEnd } from "./outcome.js";

const PID = 500;
const exited = (status: number): WrapperEnd => ({ kind: "exited", pid: PID, status });
const killed: WrapperEnd = { kind: "killed", signal: 15 };
const unknown: WrapperEnd = { kind: "unknown" };
const holder = { pid: PID, cgroup: [], oom: false };
const claimed = { kind: "claimed", ...holder } as const;
const ended = (exitCode: number) => ({ kind: "ended", ...holder, exitCode }) as const;

describe("settle", () => {
  it.each([0, 1, 125, 127, 128, 193, 255])("exit line %i is that exit code", (exitCode) => {
    for (const end of [exited(exitCode), unknown]) {
      expect(settle(ended(exitCode), end)).toEqual({
        outcome: { reason: "exit", exitCode },
        exitCode,
      });
    }
  });

  it.each([
    [129, 1],
    [137, 9],
    [143, 15],
    [192, 64],
  ])("exit line %i is signal %i", (exitCode, signal) => {
    expect(settle(ended(exitCode), unknown)).toEqual({
      outcome: { reason: "signal", signal },
      exitCode,
    });
  });

  it("takes the wrapper's status only where the file could not take its line", () => {
    expect(settle(claimed, exited(3)).exitCode).toBe(3);
    expect(settle(ended(4), exited(3)).exitCode).toBe(4);
  });

  it("reports a wrapper gone without a word as killed", () => {
    expect(settle(claimed, killed).outcome).toEqual({ reason: "signal", signal: 15 });
    expect(settle(claimed, unknown)).toEqual({
      outcome: { reason: "signal", signal: 9 },
      exitCode: 137,
    });
    expect(settle({ kind: "empty" }, unknown).outcome).toEqual({ reason: "signal", signal: 9 });
  });

  it("gives the cause of a stop as the reason, with the exit code where there is one", () => {
    expect(settle(ended(143), unknown, { cause: "timeout" })).toEqual({
      outcome: { reason: "timeout" },
      exitCode: 143,
    });
    expect(settle({ kind: "void" }, exited(125), { cause: "cancelled" })).toEqual({
      outcome: { reason: "cancelled" },
    });
  });

  it("gives an OOM kill as the reason of a failure, and of nothing else", () => {
    const oomKilled = true;
    expect(settle(claimed, killed, { oomKilled })).toEqual({ outcome: { reason: "oom" }, exitCode: 143 });
    expect(settle(ended(1), exited(1), { oomKilled })).toEqual({ outcome: { reason: "oom" }, exitCode: 1 });
    expect(settle(ended(0), exited(0), { oomKilled }).outcome).toEqual({ reason: "exit", exitCode: 0 });
    const cause = "timeout";
    expect(settle(ended(137), unknown, { oomKilled, cause }).outcome).toEqual({ reason: cause });
  });

  it("tells a command that never ran from one that failed", () => {
    expect(settle({ kind: "void" }, exited(125)).outcome).toEqual({ reason: "never-started" });
    expect(settle({ kind: "unclaimed" }, exited(125)).outcome.reason).toBe("start-failed");
    expect(settle({ kind: "empty" }, exited(2)).outcome.reason).toBe("start-failed");
  });

  it("does not take another process's claim for its own", () => {
    for (const claim of [
      { ...claimed, pid: 77 },
      { ...ended(0), pid: 77 },
    ]) {
      expect(settle(claim, exited(125)).outcome).toEqual({
        reason: "start-failed",
        message: "process 77 had claimed this attempt already",
      });
    }
  });
});
