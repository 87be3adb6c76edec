import { downstream } from "./barrier.js";
import { indexOfJob, type JobGraph } from "./job-graph.js";

/**
 * The named jobs and all that follow them at any distance, by dependency or as the handler of their failure; in file
 * order. `alwaysRun` jobs that wait for everything are not among them: see `resumableJobs`.
 *
 * @throws Error for an id that is not in the DAG.
 */
export function closeDownstream(graph: JobGraph, jobs: Iterable<string>): readonly string[] {
  const reached = downstream(
    graph,
    Array.from(jobs, (id) => indexOfJob(graph, id)),
  );
  return graph.jobs.flatMap(({ id }, job) => (reached[job] === 1 ? [id] : []));
}
