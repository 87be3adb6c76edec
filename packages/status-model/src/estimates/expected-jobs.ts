import { type DagJob, failedJobs, type JobGraph, jobState, type SchedulerState } from "@spawn/dag-core";

/**
 * The jobs that are not over and will run if nothing more fails: all that are open but the handlers that still wait for
 * a failure, and what depends on those.
 */
export function expectedJobs(graph: JobGraph, scheduler: SchedulerState): ReadonlySet<string> {
  const idle = new Set(idleHandlers(graph, scheduler));
  if (idle.size > 0) addDependents(graph, idle);
  const expected = graph.jobs.filter(({ id }) => isOpen(scheduler, id) && !idle.has(id));
  return new Set(expected.map(({ id }) => id));
}

function isOpen(scheduler: SchedulerState, id: string): boolean {
  const { phase } = jobState(scheduler, id);
  return phase !== "ended" && phase !== "unrunnable";
}

/** Handlers that wait, and that no failure has triggered. */
function idleHandlers(graph: JobGraph, scheduler: SchedulerState): readonly string[] {
  const handlers = new Set(graph.jobs.map(({ onFailure }) => onFailure));
  if (handlers.size === 1 && handlers.has(undefined)) return [];
  const failed = new Set(failedJobs(scheduler));
  const triggered = new Set(graph.jobs.filter(({ id }) => failed.has(id)).map(({ onFailure }) => onFailure));
  const waits = ({ id, alwaysRun }: DagJob): boolean =>
    alwaysRun !== true &&
    handlers.has(id) &&
    !triggered.has(id) &&
    jobState(scheduler, id).phase === "waiting";
  return graph.jobs.filter(waits).map(({ id }) => id);
}

/** An `alwaysRun` job runs even if what it depends on does not. */
function addDependents(graph: JobGraph, jobs: Set<string>): void {
  const dependents = new Map<string, string[]>();
  for (const { id, alwaysRun, dependsOn } of graph.jobs) {
    if (alwaysRun === true) continue;
    for (const dependency of dependsOn) {
      const known = dependents.get(dependency);
      if (known === undefined) dependents.set(dependency, [id]);
      else known.push(id);
    }
  }
  // A set is walked in the order of insertion, what is added on the way included.
  for (const job of jobs) for (const dependent of dependents.get(job) ?? []) jobs.add(dependent);
}
