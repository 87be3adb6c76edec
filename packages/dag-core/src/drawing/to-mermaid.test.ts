import { expect, test } from "vitest";
import { buildGraph } from "../graph/job-graph.js";
import { toMermaid } from "./to-mermaid.js";

test("toMermaid names nodes by position, so that any id can be a label", () => {
  const graph = buildGraph({
    jobs: [
      { id: 'end "#1"', dependsOn: [], onFailure: "notify" },
      { id: "next", dependsOn: ['end "#1"'] },
      { id: "notify", dependsOn: [] },
      { id: "cleanup", dependsOn: [], alwaysRun: true },
    ],
  });
  expect(toMermaid(graph)).toBe(`flowchart TD
  j0["end #34;#35;1#34;"]
  j1["next"]
  j2["notify"]
  j3(["cleanup"])
  j0 --> j1
  j0 -. on failure .-> j2
`);
});
