import type { JobGraph } from "../graph/job-graph.js";
import { joinedStages } from "./joined-stages.js";
import { layeredList, waitsOf } from "./layered-list.js";
import { chainLines, fanLines, longest } from "./stage-lines.js";

export interface TextOptions {
  /** What to write for a job, such as its id with its timeout; default: its id. */
  readonly label?: (id: string) => string;
  /** Columns that lines may take before a list is drawn instead; default 100. */
  readonly width?: number;
}

/**
 * A drawing for terminals, without a line break at its end: chains and full fans as lines, handlers and `alwaysRun`
 * jobs listed below them; a list of generations where lines would not tell the whole truth or be too wide.
 */
export function toText(graph: JobGraph, { label = (id) => id, width = 100 }: TextOptions = {}): string {
  const labelOf = (job: number): string => label(graph.jobs[job]!.id);
  const lines = drawnStages(graph, labelOf, width);
  const fits = lines?.every((line) => line.length <= width) === true;
  if (lines === undefined || !fits) return layeredList(graph, labelOf).join("\n");
  const notes = conditionalJobs(graph, labelOf);
  return [...lines, ...(notes.length === 0 ? [] : ["", ...notes])].join("\n");
}

function drawnStages(
  graph: JobGraph,
  labelOf: (job: number) => string,
  width: number,
): readonly string[] | undefined {
  const stages = joinedStages(graph)?.map((stage) => stage.map(labelOf));
  if (stages === undefined || stages.some(({ length }) => length > width)) return undefined;
  return stages.every(({ length }) => length === 1) ? chainLines(stages.flat()) : fanLines(stages);
}

function conditionalJobs(graph: JobGraph, labelOf: (job: number) => string): readonly string[] {
  const jobs = Array.from(graph.kinds.keys()).filter((job) => graph.kinds[job] !== "normal");
  const labelWidth = longest(jobs.map(labelOf));
  return jobs.map((job) => `${labelOf(job).padEnd(labelWidth)}  ${waitsOf(graph, job)}`);
}
