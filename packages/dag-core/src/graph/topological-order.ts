import { type Adjacency, neighbours } from "./adjacency.js";

/**
 * Kahn's order, smaller positions first among those that come free together. Shorter than the graph when there is a
 * cycle: the nodes on cycles, and those behind them, are missing.
 */
export function topologicalOrder(size: number, successors: Adjacency): Int32Array {
  const blockers = new Int32Array(size);
  for (const target of successors.targets) blockers[target]! += 1;
  const order = new Int32Array(size);
  let length = 0;
  for (let node = 0; node < size; node += 1) {
    if (blockers[node] === 0) order[length++] = node;
  }
  for (let next = 0; next < length; next += 1) {
    for (const target of neighbours(successors, order[next]!)) {
      blockers[target]! -= 1;
      if (blockers[target] === 0) order[length++] = target;
    }
  }
  return order.subarray(0, length);
}
