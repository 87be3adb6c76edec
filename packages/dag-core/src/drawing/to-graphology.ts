import { DirectedGraph } from "graphology";
import { neighbours } from "../graph/adjacency.js";
import type { JobGraph } from "../graph/job-graph.js";
import type { JobKind } from "../graph/job-kind.js";

export interface JobNode {
  readonly kind: JobKind;
  /** Milliseconds. */
  readonly timeoutMs?: number;
  readonly [key: string]: unknown;
}

/** From what comes first to what waits for it. At least one of the two is true. */
export interface WaitEdge {
  readonly dependency: boolean;
  /** The target runs when the source has failed. */
  readonly onFailure: boolean;
  readonly [key: string]: unknown;
}

export type GraphologyDag = DirectedGraph<JobNode, WaitEdge>;

/** A copy for graphology's algorithms and exporters: nodes are job ids, in file order. */
export function toGraphology(graph: JobGraph): GraphologyDag {
  const dag: GraphologyDag = new DirectedGraph();
  for (const [job, { id, timeoutMs }] of graph.jobs.entries()) {
    dag.addNode(id, { kind: graph.kinds[job]!, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  }
  for (const [job, { id, onFailure }] of graph.jobs.entries()) {
    for (const dependent of neighbours(graph.dependents, job)) {
      const target = graph.jobs[dependent]!.id;
      dag.addEdge(id, target, { dependency: true, onFailure: target === onFailure });
    }
    if (onFailure !== undefined && !dag.hasEdge(id, onFailure)) {
      dag.addEdge(id, onFailure, { dependency: false, onFailure: true });
    }
  }
  return dag;
}
