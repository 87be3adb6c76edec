import fc from "fast-check";
import { hasCycle, topologicalGenerations } from "graphology-dag";
import { describe, expect, test } from "vitest";
import { buildGraph } from "../graph/job-graph.js";
import { generationsOf } from "../graph/plan.js";
import { arbitraryDag } from "../testing/index.js";
import { toGraphology } from "./to-graphology.js";

describe("toGraphology", () => {
  test("keeps kinds, timeouts and both sorts of edges", () => {
    const dag = toGraphology(
      buildGraph({
        jobs: [
          { id: "a", dependsOn: [], onFailure: "b", timeoutMs: 5 },
          { id: "b", dependsOn: ["a"] },
          { id: "c", dependsOn: ["a"], onFailure: "d" },
          { id: "d", dependsOn: [], alwaysRun: true },
        ],
      }),
    );
    expect(dag.mapNodes((id, { kind, timeoutMs }) => [id, kind, timeoutMs])).toEqual([
      ["a", "normal", 5],
      ["b", "handler", undefined],
      ["c", "normal", undefined],
      ["d", "always-run", undefined],
    ]);
    expect(
      dag.mapEdges((_, { dependency, onFailure }, from, to) => [from, to, dependency, onFailure]),
    ).toEqual([
      ["a", "b", true, true],
      ["a", "c", true, false],
      ["c", "d", false, true],
    ]);
  });

  test("graphology finds no cycle and, without cleanup at the end, the same generations", () => {
    fc.assert(
      fc.property(arbitraryDag(), ({ jobs }) => {
        const graph = buildGraph({ jobs: jobs.map(({ alwaysRun, ...job }) => job) });
        const dag = toGraphology(graph);
        expect(hasCycle(dag)).toBe(false);
        const names = generationsOf(graph).map((jobs) => jobs.map((job) => graph.jobs[job]!.id).sort());
        expect(topologicalGenerations(dag).map((ids) => ids.sort())).toEqual(names);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
