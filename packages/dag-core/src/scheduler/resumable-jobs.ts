import { type Adjacency, neighbours } from "../graph/adjacency.js";
import { downstream } from "../graph/barrier.js";
import { indexOfJob } from "../graph/job-graph.js";
import { isSettled } from "./job-status.js";
import type { SchedulerState } from "./scheduler-state.js";

/**
 * The jobs that a resume runs again, in file order, for a `queue-resumed` event:
 * - those that failed, are blocked, skipped or cancelled;
 * - those named in `rerun` (they changed, or somebody asks for them), and all that follow them;
 * - `alwaysRun` jobs and handlers, though completed, that wait for any of these: cleanup comes after the new work
 *   too, and a handler must be there for a new failure.
 *
 * Ordinary completed jobs that depend on such a cleanup or handler are not among them. O(jobs + dependencies).
 */
export function resumableJobs(state: SchedulerState, rerun: Iterable<string> = []): readonly string[] {
  const { graph, jobs } = state;
  const named = Array.from(rerun, (id) => indexOfJob(graph, id));
  const chosen = downstream(graph, named);
  for (const [job, own] of jobs.entries()) {
    if (isSettled(own) && own.state !== "completed") chosen[job] = 1;
  }
  addThoseThatWait(state, chosen);
  return graph.jobs.flatMap(({ id }, job) => (chosen[job] === 1 ? [id] : []));
}

function addThoseThatWait({ graph, jobs }: SchedulerState, chosen: Uint8Array): void {
  const { kinds, dependencies, sources, barriers, barrierOf, order } = graph;
  const behindBarrier = barriers.map(() => false);
  const anyChosen = (edges: Adjacency, job: number): boolean =>
    neighbours(edges, job).some((other) => chosen[other] === 1);
  // In this order each job comes after all that it waits for.
  for (const job of order) {
    const waits =
      anyChosen(sources, job) || anyChosen(dependencies, job) || behindBarrier[barrierOf[job]!] === true;
    if (kinds[job] !== "normal" && isSettled(jobs[job]!) && waits) chosen[job] = 1;
    if (chosen[job] === 0) continue;
    for (const [index, { awaited }] of barriers.entries()) {
      if (awaited[job] === 1) behindBarrier[index] = true;
    }
  }
}
