import { type Adjacency, neighbours } from "./adjacency.js";

/**
 * The strongly connected components among `nodes` that hold a cycle (two nodes or more; self-edges do not count), each
 * in ascending order. Tarjan's algorithm with an explicit stack: depth of the graph is no limit. O(nodes + edges).
 */
export function cyclicComponents(size: number, successors: Adjacency, nodes: Iterable<number>): number[][] {
  const found = new Int32Array(size).fill(-1);
  const low = new Int32Array(size);
  const nextEdge = new Int32Array(size);
  const onStack = new Uint8Array(size);
  const stack: number[] = [];
  const components: number[][] = [];
  let count = 0;

  const enter = (node: number): void => {
    found[node] = count;
    low[node] = count;
    count += 1;
    stack.push(node);
    onStack[node] = 1;
  };

  const leave = (node: number): void => {
    if (low[node] !== found[node]) return;
    const component: number[] = [];
    let member: number;
    do {
      member = stack.pop()!;
      onStack[member] = 0;
      component.push(member);
    } while (member !== node);
    if (component.length > 1) components.push(component.sort((a, b) => a - b));
  };

  for (const root of nodes) {
    if (found[root] !== -1) continue;
    const path = [root];
    enter(root);
    while (path.length > 0) {
      const node = path[path.length - 1]!;
      const target = neighbours(successors, node)[nextEdge[node]!];
      if (target !== undefined) {
        nextEdge[node]! += 1;
        if (found[target] === -1) {
          path.push(target);
          enter(target);
        } else if (onStack[target] === 1) low[node] = Math.min(low[node]!, found[target]!);
        continue;
      }
      path.pop();
      const parent = path[path.length - 1];
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
      leave(node);
    }
  }
  return components;
}
