import type { JobGraph } from "../graph/job-graph.js";
import { toGraphology } from "./to-graphology.js";

/** A Mermaid flow chart: failure edges dotted, `alwaysRun` jobs with round ends. Ids are labels, so any text goes. */
export function toMermaid(graph: JobGraph): string {
  const lines = ["flowchart TD"];
  const dag = toGraphology(graph);
  const name = (id: string): string => `j${graph.indexOf.get(id)}`;
  dag.forEachNode((id, { kind }) => {
    const label = `"${escaped(id)}"`;
    lines.push(`  ${name(id)}${kind === "always-run" ? `([${label}])` : `[${label}]`}`);
  });
  dag.forEachEdge((_, { dependency, onFailure }, source, target) => {
    if (dependency) lines.push(`  ${name(source)} --> ${name(target)}`);
    if (onFailure) lines.push(`  ${name(source)} -. on failure .-> ${name(target)}`);
  });
  return `${lines.join("\n")}\n`;
}

/** Mermaid's own entity codes; a bare `#` or quote would end the label. */
function escaped(id: string): string {
  return id.replace(/[#"<>&\n]/g, (character) => `#${character.charCodeAt(0)};`);
}
