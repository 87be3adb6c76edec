import type { JobGraph } from "../graph/job-graph.js";
import { toGraphology } from "./to-graphology.js";

/** Graphviz: failure edges dashed, `alwaysRun` jobs with rounded corners. */
export function toDot(graph: JobGraph): string {
  const lines = ["digraph queue {", '  node [shape="box"];'];
  const dag = toGraphology(graph);
  dag.forEachNode((id, { kind }) => {
    lines.push(`  ${quoted(id)}${kind === "always-run" ? ' [style="rounded"]' : ""};`);
  });
  dag.forEachEdge((_, { dependency, onFailure }, source, target) => {
    const edge = `  ${quoted(source)} -> ${quoted(target)}`;
    if (dependency) lines.push(`${edge};`);
    if (onFailure) lines.push(`${edge} [style="dashed", label="on failure"];`);
  });
  return `${lines.join("\n")}\n}\n`;
}

function quoted(id: string): string {
  return `"${id.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
