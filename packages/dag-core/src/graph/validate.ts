import type { DagInput } from "../input.js";
import { adjacencyOf } from "./adjacency.js";
import type { DagProblem } from "./dag-problem.js";
import { type ResolvedEdges, resolveEdges } from "./resolve-edges.js";
import { shortestCycle } from "./shortest-cycle.js";
import { topologicalOrder } from "./topological-order.js";

/** All problems of an input, in file order, a cycle last; empty for a DAG. Ids are compared exactly. */
export function validateDag(input: DagInput): readonly DagProblem[] {
  return examineDag(input).problems;
}

export interface ExaminedDag extends ResolvedEdges {
  /** A topological order over dependencies and failure edges; incomplete when there is a cycle. */
  readonly order: Int32Array;
}

/** An input's edges, their order, and all problems. O(jobs + dependencies) unless there is a cycle. */
export function examineDag(input: DagInput): ExaminedDag {
  const resolved = resolveEdges(input);
  const { dependencyEdges, failureEdges } = resolved;
  const size = input.jobs.length;
  const successors = adjacencyOf(size, {
    from: dependencyEdges.from.concat(failureEdges.from),
    to: dependencyEdges.to.concat(failureEdges.to),
  });
  const order = topologicalOrder(size, successors);
  const cycle = shortestCycle(successors, order);
  if (cycle === undefined) return { ...resolved, order };
  const path = cycle.path.map((job) => input.jobs[job]!.id);
  const problem: DagProblem = { kind: "cycle", path, shortest: cycle.shortest };
  return { ...resolved, order, problems: [...resolved.problems, problem] };
}
