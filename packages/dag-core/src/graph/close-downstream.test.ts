import { expect, test } from "vitest";
import { closeDownstream } from "./close-downstream.js";
import { buildGraph } from "./job-graph.js";

const graph = buildGraph({
  jobs: [
    { id: "d", dependsOn: ["b"] },
    { id: "a", dependsOn: [], onFailure: "h" },
    { id: "b", dependsOn: ["a"] },
    { id: "c", dependsOn: [] },
    { id: "h", dependsOn: [] },
    { id: "cleanup", dependsOn: [], alwaysRun: true },
  ],
});

test("closeDownstream adds what follows, handlers included, in file order", () => {
  expect(closeDownstream(graph, ["a"])).toEqual(["d", "a", "b", "h"]);
  expect(closeDownstream(graph, ["c", "b"])).toEqual(["d", "b", "c"]);
  expect(closeDownstream(graph, [])).toEqual([]);
});

test("closeDownstream throws for an unknown id", () => {
  expect(() => closeDownstream(graph, ["x"])).toThrow('no job "x"');
});
