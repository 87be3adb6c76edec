import { describe, expect, test } from "vitest";
import type { DagJob } from "../input.js";
import { buildGraph } from "./job-graph.js";
import { planOf } from "./plan.js";

const MINUTE = 60_000;

function timed(id: string, minutes: number, ...dependsOn: readonly string[]): DagJob {
  return { id, dependsOn, timeoutMs: minutes * MINUTE };
}

const pipeline: readonly DagJob[] = [
  timed("download", 30),
  timed("text", 60, "download"),
  timed("image", 120, "download"),
  timed("audio", 90, "download"),
  timed("merge", 30, "text", "image", "audio"),
];

describe("planOf", () => {
  test("gives generations, the critical path by timeouts, and the order of priority", () => {
    const plan = planOf(buildGraph({ jobs: pipeline }));
    expect(plan.generations).toEqual([["download"], ["text", "image", "audio"], ["merge"]]);
    expect(plan.criticalPath).toEqual(["download", "image", "merge"]);
    expect(plan.criticalPathMs).toBe(180 * MINUTE);
    expect(plan.order).toEqual(["download", "image", "audio", "text", "merge"]);
    expect(plan.weights.get("text")).toBe(90 * MINUTE);
  });

  test("counts jobs instead once any job has no timeout, also far from the path", () => {
    const jobs: readonly DagJob[] = [
      timed("long", 600),
      timed("a", 1),
      timed("b", 1, "a"),
      { id: "free", dependsOn: [] },
    ];
    const plan = planOf(buildGraph({ jobs }));
    expect(plan.criticalPath).toEqual(["a", "b"]);
    expect(plan).not.toHaveProperty("criticalPathMs");
    expect(plan.order).toEqual(["a", "long", "b", "free"]);
    expect(plan.weights.get("a")).toBe(2);
  });

  test("breaks ties by file order", () => {
    const plan = planOf(buildGraph({ jobs: [timed("z", 5), timed("y", 5), timed("x", 5)] }));
    expect(plan.order).toEqual(["z", "y", "x"]);
    expect(plan.criticalPath).toEqual(["z"]);
  });

  test("puts cleanup behind all it waits for, and counts it", () => {
    const cleanup: DagJob = { ...timed("cleanup", 10), alwaysRun: true };
    const plan = planOf(buildGraph({ jobs: [cleanup, ...pipeline] }));
    expect(plan.generations.at(-1)).toEqual(["cleanup"]);
    expect(plan.criticalPath).toEqual(["download", "image", "merge", "cleanup"]);
    expect(plan.criticalPathMs).toBe(190 * MINUTE);
  });

  test("leaves handlers, and what waits for them, out of the critical path: nothing fails in it", () => {
    const jobs: readonly DagJob[] = [
      { ...timed("work", 5), onFailure: "repair" },
      timed("repair", 300),
      timed("check", 300, "repair"),
      timed("next", 5, "work"),
    ];
    const plan = planOf(buildGraph({ jobs }));
    expect(plan.criticalPath).toEqual(["work", "next"]);
    expect(plan.criticalPathMs).toBe(10 * MINUTE);
    expect(plan.generations).toEqual([["work"], ["repair", "next"], ["check"]]);
  });
});
