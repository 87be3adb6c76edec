import { describe, expect, test } from "vitest";
import { buildGraph } from "../graph/job-graph.js";
import type { DagJob } from "../input.js";
import { HandDrivenRun } from "../testing/index.js";
import { checkInvariants } from "./check-invariants.js";
import { failedJobs, jobBudget, jobState, queueOutcome } from "./inspect.js";
import { moveToGraph } from "./move-to-graph.js";
import { nextStart } from "./next-start.js";
import { resumableJobs } from "./resumable-jobs.js";
import { transition } from "./transition.js";

function job(id: string, ...dependsOn: readonly string[]): DagJob {
  return { id, dependsOn };
}

describe("moveToGraph", () => {
  test("keeps state and budget by id, and makes new jobs resumable", () => {
    const run = new HandDrivenRun({ jobs: [job("a"), job("gone"), job("b", "a")], failureMode: "continue" });
    run.complete("a");
    run.fail("b");
    run.fail("gone");
    const graph = buildGraph({ jobs: [job("fresh"), job("b", "a", "fresh"), job("a")] });
    const state = moveToGraph(run.state, graph);
    checkInvariants(state);
    expect(failedJobs(state)).toEqual(["b"]);
    expect(jobState(state, "a")).toMatchObject({ phase: "ended", state: "completed" });
    expect(resumableJobs(state)).toEqual(["fresh", "b"]);

    transition(state, { type: "queue-resumed", t: run.t, jobs: resumableJobs(state) });
    checkInvariants(state);
    expect(nextStart(state)).toEqual({ job: "fresh", attempt: 1 });
    expect(jobBudget(state, "b")).toEqual({ lastAttempt: 1, charged: 0, lossesInRow: 0 });
  });

  test("lets new jobs of an interrupted run wait for their turn", () => {
    const run = new HandDrivenRun({ jobs: [job("a"), job("b", "a")] }).complete("a");
    run.send({ type: "interrupt-requested", t: 5, cause: "ttl" });
    const state = moveToGraph(run.state, buildGraph({ jobs: [job("a"), job("b", "a", "c"), job("c")] }));
    checkInvariants(state);
    expect(queueOutcome(state)).toEqual({ state: "interrupted", reason: "ttl" });
    transition(state, { type: "queue-continued", t: 6 });
    expect(nextStart(state)).toEqual({ job: "c", attempt: 1 });
  });

  test("is for runs in which nothing goes on", () => {
    const run = new HandDrivenRun({ jobs: [job("a")] });
    expect(() => moveToGraph(run.state, run.state.graph)).toThrow("goes on");
  });
});
