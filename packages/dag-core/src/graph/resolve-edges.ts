import type { DagInput } from "../input.js";
import type { EdgeList } from "./adjacency.js";
import type { DagProblem } from "./dag-problem.js";

/** The input's names turned into positions, and what could not be turned. */
export interface ResolvedEdges {
  readonly indexOf: ReadonlyMap<string, number>;
  /** From dependency to dependent, each once, dependents in file order. */
  readonly dependencyEdges: EdgeList;
  /** From the job that may fail to the one that then runs. */
  readonly failureEdges: EdgeList;
  /** The job that runs when this one has failed, or -1. */
  readonly handlerOf: Int32Array;
  readonly problems: readonly DagProblem[];
}

/** O(jobs + dependencies). A dependency named twice counts once. */
export function resolveEdges({ jobs }: DagInput): ResolvedEdges {
  const problems: DagProblem[] = [];
  if (jobs.length === 0) problems.push({ kind: "no-jobs" });

  const indexOf = new Map<string, number>();
  for (const [position, { id }] of jobs.entries()) {
    const first = indexOf.get(id);
    if (first === undefined) indexOf.set(id, position);
    else problems.push({ kind: "duplicate-id", id, first, second: position });
  }

  const dependencyEdges: EdgeList = { from: [], to: [] };
  const failureEdges: EdgeList = { from: [], to: [] };
  const lastDependent = new Int32Array(jobs.length).fill(-1);
  const handlerOf = new Int32Array(jobs.length).fill(-1);
  for (const [job, { id, dependsOn, onFailure }] of jobs.entries()) {
    for (let position = 0; position < dependsOn.length; position += 1) {
      const name = dependsOn[position]!;
      const dependency = indexOf.get(name);
      if (dependency === undefined) {
        problems.push({ kind: "unknown-dependency", job: id, dependency: name, position });
      } else if (dependency === job) {
        problems.push({ kind: "self-dependency", job: id });
      } else if (lastDependent[dependency] !== job) {
        lastDependent[dependency] = job;
        addEdge(dependencyEdges, dependency, job);
      }
    }
    if (onFailure === undefined) continue;
    const handler = indexOf.get(onFailure);
    if (handler === undefined) problems.push({ kind: "unknown-handler", job: id, handler: onFailure });
    else if (handler === job) problems.push({ kind: "self-handler", job: id });
    else {
      handlerOf[job] = handler;
      addEdge(failureEdges, job, handler);
    }
  }
  return { indexOf, dependencyEdges, failureEdges, handlerOf, problems };
}

function addEdge(edges: EdgeList, from: number, to: number): void {
  edges.from.push(from);
  edges.to.push(to);
}
