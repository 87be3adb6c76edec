import { describe, expect, test } from "vitest";
import { HandDrivenRun } from "../testing/index.js";
import { checkInvariants } from "./check-invariants.js";
import type { SchedulerState } from "./scheduler-state.js";

function running(): SchedulerState {
  const run = new HandDrivenRun({
    jobs: [
      { id: "a", dependsOn: [], onFailure: "h" },
      { id: "b", dependsOn: ["a"] },
      { id: "c", dependsOn: [] },
      { id: "h", dependsOn: [] },
      { id: "last", dependsOn: [], alwaysRun: true },
    ],
  });
  run.start("a");
  return run.state;
}

describe("checkInvariants", () => {
  test("accepts a state that only events have touched", () => {
    expect(() => checkInvariants(running())).not.toThrow();
  });

  test.each<[string, (state: SchedulerState) => unknown, string]>([
    ["a wrong tally", (state) => (state.tally.running = 2), "2 jobs are said to be running, 1 are"],
    [
      "a ready job that is not in the heap",
      (state) => state.ready.remove(state.graph.rankOf[2]!),
      "c: heap and phase",
    ],
    [
      "a job in the heap that is not ready",
      (state) => state.ready.add(state.graph.rankOf[1]!),
      "b: heap and phase",
    ],
    ["a running job that is not listed", (state) => state.running.delete(0), "a: running set"],
    ["a failure that did not happen", (state) => state.failures.add(1), "b: list of failures"],
    ["a wrong count of dependencies", (state) => (state.gates.missing[1] = 0), "missing[1] is 0, not 1"],
    ["a trigger without a failure", (state) => (state.gates.triggered[3] = 1), "triggered[3]"],
    ["an open source too few", (state) => (state.gates.openSources[3] = 0), "openSources[3]"],
    ["a barrier that opens early", (state) => (state.gates.openAtBarrier[0] = 0), "openAtBarrier[0]"],
    ["a job settled in the counts alone", (state) => (state.gates.announced[2] = 1), "announced[2]"],
    ["more attempts than allowed", (state) => (state.charged[0] = 2), "2 of 1 attempts charged"],
    ["an attempt that is not the last", (state) => (state.lastAttempt[0] = 3), "at attempt 1, the last is 3"],
    ["a halt that cancelled nobody", (state) => (state.halt = "cancelled"), "may not run any more"],
    [
      "an outcome while something runs",
      (state) => (state.outcome = { state: "completed", reason: "completed" }),
      "outcome is",
    ],
  ])("finds %s", (_, corrupt, message) => {
    const state = running();
    corrupt(state);
    expect(() => checkInvariants(state)).toThrow(message);
  });

  test("finds a job that runs before its time", () => {
    const state = running();
    state.jobs[1] = { phase: "running", attempt: 1, since: 0 };
    state.tally.pending -= 1;
    state.tally.running += 1;
    state.running.add(1);
    state.charged[1] = 1;
    state.lastAttempt[1] = 1;
    expect(() => checkInvariants(state)).toThrow("b: runs before its time");
  });
});
