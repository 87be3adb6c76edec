import { describe, expect, test } from "vitest";
import type { DagJob } from "../input.js";
import { HandDrivenRun } from "../testing/index.js";
import { nextStart } from "./next-start.js";

function job(id: string, timeoutMs: number | undefined, ...dependsOn: readonly string[]): DagJob {
  return { id, dependsOn, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

describe("nextStart", () => {
  test("prefers the longest critical path by timeouts, then file order", () => {
    const jobs = [job("a", 5), job("b", 5), job("c", 1), job("after-c", 9, "c"), job("d", 10)];
    expect(new HandDrivenRun({ jobs }).ready()).toEqual(["c", "d", "a", "b"]);
  });

  test("goes by number of jobs as soon as one job has no timeout", () => {
    const jobs = [job("a", 500), job("b", 1), job("after-b", 1, "b"), job("free", undefined)];
    expect(new HandDrivenRun({ jobs }).ready()).toEqual(["b", "a", "free"]);
  });

  test("gives the next attempt's number and changes nothing", () => {
    const run = new HandDrivenRun({ jobs: [job("a", 5)] });
    run.start("a");
    run.end("a", { reason: "interrupted" });
    expect(nextStart(run.state)).toEqual({ job: "a", attempt: 2 });
    expect(nextStart(run.state)).toEqual({ job: "a", attempt: 2 });
  });

  test("passes over what does not fit", () => {
    const run = new HandDrivenRun({ jobs: [job("large", 9), job("small", 1)] });
    expect(nextStart(run.state, (id) => id === "small")).toEqual({ job: "small", attempt: 1 });
    expect(nextStart(run.state, () => false)).toBeUndefined();
    expect(run.ready()).toEqual(["large", "small"]);
  });
});
