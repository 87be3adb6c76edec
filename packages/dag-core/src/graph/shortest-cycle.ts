import { type Adjacency, neighbours } from "./adjacency.js";
import { cyclicComponents } from "./strong-components.js";

export interface FoundCycle {
  /** Nodes in the direction of the edges, closed (the first is also the last), from the smallest on. */
  readonly path: readonly number[];
  /** Whether no cycle is shorter. */
  readonly shortest: boolean;
}

/** Edges looked at before the search is content with the best cycle so far: about half a second. */
const EDGE_BUDGET = 20_000_000;

/**
 * The shortest cycle; the one of the smallest nodes among equals. `order` is as `topologicalOrder` gives it.
 *
 * Knowing that there is none takes no time beyond that order; finding the shortest takes a breadth-first search from
 * the nodes that lie on cycles, cut off at the best length so far and, over all, at `edgeBudget` edges.
 */
export function shortestCycle(
  successors: Adjacency,
  order: Int32Array,
  edgeBudget = EDGE_BUDGET,
): FoundCycle | undefined {
  const size = successors.offsets.length - 1;
  if (order.length === size) return undefined;
  const ordered = new Uint8Array(size);
  for (const node of order) ordered[node] = 1;
  const tangled: number[] = [];
  for (let node = 0; node < size; node += 1) if (ordered[node] === 0) tangled.push(node);

  const search = new CycleSearch(size, successors, cyclicComponents(size, successors, tangled), edgeBudget);
  for (const node of tangled) {
    search.from(node);
    if (search.done) break;
  }
  return { path: search.best, shortest: !search.cutShort };
}

class CycleSearch {
  best: readonly number[] = [];
  cutShort = false;
  readonly #parent: Int32Array;
  readonly #depth: Int32Array;
  /** -1: on no cycle that is still to be found. */
  readonly #component: Int32Array;
  /** Edges into a node from within its component. */
  readonly #indegree: Int32Array;

  constructor(
    size: number,
    private readonly successors: Adjacency,
    components: readonly (readonly number[])[],
    private edgesLeft: number,
  ) {
    this.#parent = new Int32Array(size);
    this.#depth = new Int32Array(size).fill(-1);
    this.#component = new Int32Array(size).fill(-1);
    this.#indegree = new Int32Array(size);
    for (const [index, members] of components.entries()) {
      for (const member of members) this.#component[member] = index;
    }
    for (const member of components.flat()) {
      for (const target of neighbours(successors, member)) {
        if (this.#component[target] === this.#component[member]) this.#indegree[target]! += 1;
      }
    }
  }

  /** Two nodes are the least a cycle can have. */
  get done(): boolean {
    return this.best.length === 3 || this.cutShort;
  }

  /** Looks for a shorter cycle through `start`; later searches leave `start` out. */
  from(start: number): void {
    if (this.#component[start] === -1) return;
    const visited = this.#breadthFirst(start);
    for (const node of visited) this.#depth[node] = -1;
    this.#retire(start);
  }

  #breadthFirst(start: number): readonly number[] {
    const depth = this.#depth;
    const queue = [start];
    depth[start] = 0;
    for (const node of queue) {
      if (this.best.length > 0) {
        if (depth[node]! + 1 >= this.best.length - 1) return queue;
        this.cutShort = this.edgesLeft <= 0;
        if (this.cutShort) return queue;
      }
      for (const target of neighbours(this.successors, node)) {
        this.edgesLeft -= 1;
        if (target === start) {
          this.best = this.#pathTo(node, start);
          return queue;
        }
        if (depth[target] !== -1 || this.#component[target] !== this.#component[start]) continue;
        depth[target] = depth[node]! + 1;
        this.#parent[target] = node;
        queue.push(target);
      }
    }
    return queue;
  }

  #pathTo(end: number, start: number): number[] {
    const back = [start];
    for (let node = end; node !== start; node = this.#parent[node]!) back.push(node);
    back.push(start);
    return back.reverse();
  }

  /** Takes a node out, and with it those that no edge then leads to: a long ring is done after one search. */
  #retire(start: number): void {
    const component = this.#component[start];
    const retiring = [start];
    for (const node of retiring) {
      this.#component[node] = -1;
      for (const target of neighbours(this.successors, node)) {
        if (this.#component[target] !== component) continue;
        this.#indegree[target]! -= 1;
        if (this.#indegree[target] === 0) retiring.push(target);
      }
    }
  }
}
