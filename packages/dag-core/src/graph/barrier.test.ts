import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DagJob } from "../input.js";
import { arbitraryDag } from "../testing/index.js";
import { neighbours } from "./adjacency.js";
import { buildGraph, type JobGraph } from "./job-graph.js";

function awaited(graph: JobGraph, id: string): readonly string[] {
  const barrier = graph.barriers[graph.barrierOf[graph.jobs.findIndex((job) => job.id === id)]!];
  return graph.jobs.flatMap((job, index) => (barrier?.awaited[index] === 1 ? [job.id] : []));
}

const last = (id: string): DagJob => ({ id, dependsOn: [], alwaysRun: true });
const after = (id: string, ...dependsOn: readonly string[]): DagJob => ({ id, dependsOn });

describe("barriers", () => {
  test("an alwaysRun job without dependencies waits for every job that is not alwaysRun", () => {
    const graph = buildGraph({ jobs: [last("cleanup"), after("a"), after("b", "a"), last("notify")] });
    expect(awaited(graph, "cleanup")).toEqual(["a", "b"]);
    expect(awaited(graph, "notify")).toEqual(["a", "b"]);
    expect(graph.barriers).toHaveLength(1);
  });

  test("it does not wait for what follows it, by dependency or failure, at any distance", () => {
    const cleanup: DagJob = { ...last("cleanup"), onFailure: "alarm" };
    const graph = buildGraph({
      jobs: [cleanup, after("alarm"), after("next", "cleanup"), after("later", "next"), after("work")],
    });
    expect(awaited(graph, "cleanup")).toEqual(["work"]);
  });

  test("two that are both followed do not wait for each other's followers; one that is not waits for all", () => {
    const graph = buildGraph({
      jobs: [last("one"), last("two"), last("end"), after("x", "one"), after("y", "two"), after("work")],
    });
    expect(awaited(graph, "one")).toEqual(["work"]);
    expect(awaited(graph, "two")).toEqual(["work"]);
    expect(awaited(graph, "end")).toEqual(["x", "y", "work"]);
  });

  test("one with dependencies waits at none", () => {
    const graph = buildGraph({ jobs: [after("a"), { ...last("cleanup"), dependsOn: ["a"] }, after("b")] });
    expect(awaited(graph, "cleanup")).toEqual([]);
  });

  test("in random DAGs, the order has each job behind all that it waits for", () => {
    fc.assert(
      fc.property(arbitraryDag({ maxJobs: 20 }), (input) => {
        const graph = buildGraph(input);
        const placeOf = new Map(Array.from(graph.order, (job, place) => [job, place]));
        const place = (job: number): number => placeOf.get(job) ?? Number.NaN;
        expect(placeOf.size).toBe(input.jobs.length);
        for (const job of graph.kinds.keys()) {
          const barrier = graph.barriers[graph.barrierOf[job]!];
          const waitsFor = [
            ...neighbours(graph.dependencies, job),
            ...neighbours(graph.sources, job),
            ...[...graph.kinds.keys()].filter((other) => barrier?.awaited[other] === 1),
          ];
          for (const other of waitsFor) expect(place(other)).toBeLessThan(place(job));
        }
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});
