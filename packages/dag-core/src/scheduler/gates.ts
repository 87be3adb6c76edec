import { degree, neighbours } from "../graph/adjacency.js";
import type { JobGraph } from "../graph/job-graph.js";
import type { JobState } from "../job-state.js";
import { isSettled } from "./job-status.js";

/** Per job, how much of what it waits for is still open. */
export interface Gates {
  /**
   * Normal jobs: dependencies not completed. Handlers: dependencies not settled. `alwaysRun` jobs: dependencies, and
   * jobs that name it for their failure, not settled.
   */
  readonly missing: Int32Array;
  /** Handlers: jobs that name it and are not settled, so may still fail. */
  readonly openSources: Int32Array;
  /** Handlers: 1 once a job that names it has failed. */
  readonly triggered: Uint8Array;
  /** Per barrier: jobs waited for and not settled. */
  readonly openAtBarrier: Int32Array;
  /** 1 for each settled job whose settling has reached the counts above. */
  readonly announced: Uint8Array;
}

/** The gates as they are when nothing is settled. */
export function closedGates(graph: JobGraph): Gates {
  const { jobs, kinds, dependencies, sources, barriers } = graph;
  const missing = new Int32Array(jobs.length);
  const openSources = new Int32Array(jobs.length);
  for (let job = 0; job < jobs.length; job += 1) {
    missing[job] = degree(dependencies, job);
    if (kinds[job] === "always-run") missing[job]! += degree(sources, job);
    else openSources[job] = degree(sources, job);
  }
  return {
    missing,
    openSources,
    triggered: new Uint8Array(jobs.length),
    openAtBarrier: Int32Array.from(barriers, ({ awaitedCount }) => awaitedCount),
    announced: new Uint8Array(jobs.length),
  };
}

/** The gates that belong to these states, counted afresh. O(jobs + dependencies). */
export function countGates(graph: JobGraph, states: readonly JobState[]): Gates {
  const gates = closedGates(graph);
  for (const [job, state] of states.entries()) {
    if (isSettled(state)) announce(graph, gates, job, state, () => {});
  }
  return gates;
}

/** Takes a job that settled off the counts, and calls `changed` for each job that may run, or no longer, because of it. */
export function announce(
  graph: JobGraph,
  gates: Gates,
  job: number,
  state: JobState,
  changed: (job: number) => void,
): void {
  const { kinds, dependents, handlerOf, barriers } = graph;
  gates.announced[job] = 1;
  const completed = state.phase === "ended" && state.state === "completed";
  for (const dependent of neighbours(dependents, job)) {
    if (kinds[dependent] === "normal" && !completed) continue;
    gates.missing[dependent]! -= 1;
    if (gates.missing[dependent] === 0) changed(dependent);
  }

  const handler = handlerOf[job]!;
  if (handler !== -1 && kinds[handler] === "always-run") {
    gates.missing[handler]! -= 1;
    changed(handler);
  } else if (handler !== -1) {
    gates.openSources[handler]! -= 1;
    if (state.phase === "ended" && state.state === "failed") gates.triggered[handler] = 1;
    changed(handler);
  }

  for (const [index, { awaited, waiting }] of barriers.entries()) {
    if (awaited[job] === 0) continue;
    gates.openAtBarrier[index]! -= 1;
    if (gates.openAtBarrier[index] === 0) waiting.forEach(changed);
  }
}
