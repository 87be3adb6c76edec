import { SpawnError } from "@spawn/foundation";
import { expect, test } from "vitest";
import { neighbours } from "./adjacency.js";
import { buildGraph, indexOfJob } from "./job-graph.js";

test("buildGraph links jobs both ways, each dependency once", () => {
  const graph = buildGraph({
    jobs: [
      { id: "a", dependsOn: [], onFailure: "c" },
      { id: "b", dependsOn: ["a"], onFailure: "c" },
      { id: "c", dependsOn: ["b", "a", "b"] },
    ],
  });
  expect([...neighbours(graph.dependencies, 2)]).toEqual([1, 0]);
  expect([...neighbours(graph.dependents, 0)]).toEqual([1, 2]);
  expect([...neighbours(graph.sources, 2)]).toEqual([0, 1]);
  expect(graph.kinds).toEqual(["normal", "normal", "handler"]);
  expect(graph.failureMode).toBe("stop");
});

test("buildGraph refuses what is no DAG, with every problem", () => {
  const input = { jobs: [{ id: "a", dependsOn: ["a", "b"] }] };
  expect(() => buildGraph(input)).toThrow(SpawnError);
  expect(() => buildGraph(input)).toThrow(
    expect.objectContaining({
      code: "bad-queue-file",
      message: 'job "a" depends on itself; job "a" depends on "b", which does not exist',
    }),
  );
});

test("indexOfJob throws for an unknown id", () => {
  const graph = buildGraph({ jobs: [{ id: "a", dependsOn: [] }] });
  expect(indexOfJob(graph, "a")).toBe(0);
  expect(() => indexOfJob(graph, "b")).toThrow('no job "b"');
});
