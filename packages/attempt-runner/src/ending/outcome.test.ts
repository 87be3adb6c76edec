import { describe, expect, it } from "vitest";
import { settle, type WrapperEnd } from "./outcome.js";

const PID = 500;
const exited = (status: number): WrapperEnd => ({ kind: "exited", pid: PID, status });
const killed: WrapperEnd = { kind: "killed", signal: 15 };
const unknown: WrapperEnd = { kind: "unknown" };
const ended = (exitCode: number) => ({ kind: "ended", pid: PID, exitCode }) as const;

describe("settle", () => {
  it.each([0, 1, 125, 127, 128, 193, 255])("exit line %i is that exit code", (exitCode) => {
    for (const end of [exited(exitCode), unknown]) {
      expect(settle(ended(exitCode), end, undefined)).toEqual({
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
    expect(settle(ended(exitCode), unknown, undefined)).toEqual({
      outcome: { reason: "signal", signal },
      exitCode,
    });
  });

  it("takes the wrapper's status only where the file could not take its line", () => {
    expect(settle({ kind: "claimed", pid: PID }, exited(3), undefined).exitCode).toBe(3);
    expect(settle(ended(4), exited(3), undefined).exitCode).toBe(4);
  });

  it("reports a wrapper gone without a word as killed", () => {
    const claimed = { kind: "claimed", pid: PID } as const;
    expect(settle(claimed, killed, undefined).outcome).toEqual({ reason: "signal", signal: 15 });
    expect(settle(claimed, unknown, undefined)).toEqual({
      outcome: { reason: "signal", signal: 9 },
      exitCode: 137,
    });
    expect(settle({ kind: "empty" }, unknown, undefined).outcome).toEqual({ reason: "signal", signal: 9 });
  });

  it("gives the cause of a stop as the reason, with the exit code where there is one", () => {
    expect(settle(ended(143), unknown, "timeout")).toEqual({
      outcome: { reason: "timeout" },
      exitCode: 143,
    });
    expect(settle({ kind: "void" }, exited(125), "cancelled")).toEqual({ outcome: { reason: "cancelled" } });
  });

  it("tells a command that never ran from one that failed", () => {
    expect(settle({ kind: "void" }, exited(125), undefined).outcome).toEqual({ reason: "never-started" });
    expect(settle({ kind: "unclaimed" }, exited(125), undefined).outcome.reason).toBe("start-failed");
    expect(settle({ kind: "empty" }, exited(2), undefined).outcome.reason).toBe("start-failed");
  });

  it("does not take another process's claim for its own", () => {
    for (const claim of [{ kind: "claimed", pid: 77 } as const, { ...ended(0), pid: 77 }]) {
      expect(settle(claim, exited(125), undefined).outcome).toEqual({
        reason: "start-failed",
        message: "process 77 had claimed this attempt already",
      });
    }
  });
});
