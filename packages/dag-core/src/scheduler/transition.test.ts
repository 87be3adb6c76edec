import { describe, expect, test } from "vitest";
import type { SchedulerEvent } from "../events.js";
import { buildGraph } from "../graph/job-graph.js";
import type { DagJob } from "../input.js";
import { HandDrivenRun, SUCCESS } from "../testing/index.js";
import { createState } from "./create-state.js";
import { isCurrent } from "./is-current.js";
import { nextStart } from "./next-start.js";
import { transition } from "./transition.js";

const a: DagJob = { id: "a", dependsOn: [], timeoutMs: 1000 };
const jobs: readonly DagJob[] = [a, { id: "b", dependsOn: ["a"] }];
const at = (t: number) => ({ t, job: "a", attempt: 1 });

/** Refused by `transition`, and told by `isCurrent` beforehand. */
function expectRefused(run: HandDrivenRun, event: SchedulerEvent): void {
  const before = structuredClone(run.state.jobs);
  expect(isCurrent(run.state, event)).toBe(false);
  expect(() => run.send(event)).toThrow(`event {"type":"${event.type}"`);
  expect(run.state.jobs).toEqual(before);
}

describe("transition", () => {
  test("hands back the state that it was given", () => {
    const state = createState(buildGraph({ jobs }));
    expect(transition(state, { type: "queue-started", t: 0 }).state).toBe(state);
  });

  test("refuses anything before the start, and a second start", () => {
    const state = createState(buildGraph({ jobs }));
    expect(nextStart(state)).toBeUndefined();
    for (const event of [
      { type: "attempt-starting", ...at(0) },
      { type: "cancel-requested", t: 0, force: false },
      { type: "queue-continued", t: 0 },
      { type: "queue-resumed", t: 0, jobs: [] },
    ] as const) {
      expect(() => transition(state, event)).toThrow(event.type);
    }
    transition(state, { type: "queue-started", t: 0 });
    expect(() => transition(state, { type: "queue-started", t: 0 })).toThrow("queue-started");
  });

  test("refuses time that goes back", () => {
    const run = new HandDrivenRun({ jobs }).wait(10).complete("a");
    expect(() => run.send({ type: "cancel-requested", t: 9, force: false })).toThrow(
      "comes after one at 10 ms",
    );
  });

  test("refuses an unknown job", () => {
    const run = new HandDrivenRun({ jobs });
    expect(() => run.send({ type: "attempt-starting", t: 0, job: "x", attempt: 1 })).toThrow('no job "x"');
  });

  test("refuses the start of a job that is not ready, or with another number than the next", () => {
    const run = new HandDrivenRun({ jobs });
    expectRefused(run, { type: "attempt-starting", t: 0, job: "b", attempt: 1 });
    expectRefused(run, { type: "attempt-starting", t: 0, job: "a", attempt: 2 });
    run.start("a");
    expectRefused(run, { type: "attempt-starting", t: 0, job: "a", attempt: 2 });
  });

  test("refuses the start of a ready job while interrupted", () => {
    const run = new HandDrivenRun({ jobs });
    run.send({ type: "interrupt-requested", t: 0, cause: "spot" });
    expectRefused(run, { type: "attempt-starting", ...at(0) });
  });

  test("refuses an end, a timeout or a backoff of an attempt that is not at that point", () => {
    const run = new HandDrivenRun({ jobs });
    const ended: SchedulerEvent = { type: "attempt-ended", ...at(0), outcome: SUCCESS, random: 0 };
    expectRefused(run, ended);
    run.start("a");
    expectRefused(run, { ...ended, attempt: 2 });
    expectRefused(run, { type: "backoff-elapsed", ...at(0) });
    run.ring("attempt-timed-out");
    expectRefused(run, { type: "attempt-timed-out", ...at(1000) });
    run.end("a");
    expectRefused(run, { ...ended, t: 1000 });
    run.start("b");
    expectRefused(run, { type: "attempt-timed-out", t: 1000, job: "b", attempt: 1 });
  });

  test("refuses a global timeout before its time, where there is none, and after the end", () => {
    const none = new HandDrivenRun({ jobs });
    expectRefused(none, { type: "global-timeout-reached", t: 5000 });
    const run = new HandDrivenRun({ jobs, globalTimeoutMs: 100 });
    expectRefused(run, { type: "global-timeout-reached", t: 99 });
    run.complete("a", "b");
    expectRefused(run, { type: "global-timeout-reached", t: 100 });
    expectRefused(run, { type: "queue-continued", t: 100 });
  });
});
