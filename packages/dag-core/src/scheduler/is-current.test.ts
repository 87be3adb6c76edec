import { describe, expect, test } from "vitest";
import type { DagJob } from "../input.js";
import { HandDrivenRun, SUCCESS } from "../testing/index.js";
import { isCurrent } from "./is-current.js";

const a: DagJob = { id: "a", dependsOn: [], timeoutMs: 1000 };
const jobs: readonly DagJob[] = [a, { id: "b", dependsOn: ["a"] }];
const at = (t: number) => ({ t, job: "a", attempt: 1 });

describe("isCurrent", () => {
  test("is true for what comes next", () => {
    const run = new HandDrivenRun({ jobs, globalTimeoutMs: 5000 });
    expect(isCurrent(run.state, { type: "attempt-starting", ...at(0) })).toBe(true);
    run.start("a");
    expect(isCurrent(run.state, { type: "attempt-timed-out", ...at(1000) })).toBe(true);
    expect(isCurrent(run.state, { type: "attempt-ended", ...at(5), outcome: SUCCESS, random: 0 })).toBe(true);
    expect(isCurrent(run.state, { type: "global-timeout-reached", t: 5000 })).toBe(true);
    expect(isCurrent(run.state, { type: "cancel-requested", t: 5, force: true })).toBe(true);
    expect(isCurrent(run.state, { type: "queue-resumed", t: 5, jobs: [] })).toBe(false);
  });
});
