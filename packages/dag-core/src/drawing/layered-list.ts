import { neighbours } from "../graph/adjacency.js";
import type { JobGraph } from "../graph/job-graph.js";
import { generationsOf } from "../graph/plan.js";
import { longest } from "./stage-lines.js";

/** Names after an arrow; more are counted only. */
const NAMES_SHOWN = 8;

/** One line a job, in numbered generations, each with what it waits for. */
export function layeredList(graph: JobGraph, label: (job: number) => string): readonly string[] {
  const generations = generationsOf(graph);
  const numberWidth = String(generations.length).length;
  return generations.flatMap((generation, index) => {
    const labelWidth = longest(generation.map(label));
    return generation.map((job, place) => {
      const number = (place === 0 ? String(index + 1) : "").padStart(numberWidth);
      return `${number}  ${label(job).padEnd(labelWidth)}  ${waitsOf(graph, job)}`.trimEnd();
    });
  });
}

/** `← a, b`, and when a job that is not a normal one runs. */
export function waitsOf(graph: JobGraph, job: number): string {
  const dependencies = neighbours(graph.dependencies, job);
  const sources = neighbours(graph.sources, job);
  const parts = dependencies.length === 0 ? [] : [`← ${namesOf(graph, dependencies)}`];
  if (sources.length > 0) parts.push(`if ${namesOf(graph, sources)} fails`);
  if (graph.kinds[job] === "always-run") parts.push(dependencies.length > 0 ? "always" : "always, last");
  return parts.join("  ");
}

function namesOf({ jobs }: JobGraph, chosen: Int32Array): string {
  const names = Array.from(chosen.subarray(0, NAMES_SHOWN), (job) => jobs[job]!.id).join(", ");
  return chosen.length > NAMES_SHOWN ? `${names} and ${chosen.length - NAMES_SHOWN} more` : names;
}
