import { expect, test } from "vitest";
import { buildGraph } from "../graph/job-graph.js";
import { toDot } from "./to-dot.js";

test("toDot writes nodes, both sorts of edges, and quotes ids", () => {
  const graph = buildGraph({
    jobs: [
      { id: 'say "hi"', dependsOn: [], onFailure: "notify" },
      { id: "b\\c", dependsOn: ['say "hi"'] },
      { id: "notify", dependsOn: ['say "hi"'] },
      { id: "cleanup", dependsOn: [], alwaysRun: true },
    ],
  });
  expect(toDot(graph)).toBe(`digraph queue {
  node [shape="box"];
  "say \\"hi\\"";
  "b\\\\c";
  "notify";
  "cleanup" [style="rounded"];
  "say \\"hi\\"" -> "b\\\\c";
  "say \\"hi\\"" -> "notify";
  "say \\"hi\\"" -> "notify" [style="dashed", label="on failure"];
}
`);
});
