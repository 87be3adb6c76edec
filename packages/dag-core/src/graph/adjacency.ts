/** Edges in two dense arrays: the neighbours of `node` are `targets[offsets[node]]` up to `targets[offsets[node + 1]]`. */
export interface Adjacency {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

/** Edges in the order in which they were found: from `from[i]` to `to[i]`. */
export interface EdgeList {
  readonly from: number[];
  readonly to: number[];
}

/** Groups edges by where they come from, each group in the order of the list. O(nodes + edges). */
export function adjacencyOf(size: number, { from, to }: EdgeList): Adjacency {
  const offsets = new Int32Array(size + 1);
  for (const node of from) offsets[node + 1]! += 1;
  for (let node = 0; node < size; node += 1) offsets[node + 1]! += offsets[node]!;
  const next = offsets.slice();
  const targets = new Int32Array(to.length);
  for (let edge = 0; edge < to.length; edge += 1) {
    const node = from[edge]!;
    targets[next[node]!] = to[edge]!;
    next[node]! += 1;
  }
  return { offsets, targets };
}

/** The same edges, turned round. */
export function reversed({ from, to }: EdgeList): EdgeList {
  return { from: to, to: from };
}

/** A view, not a copy. */
export function neighbours({ offsets, targets }: Adjacency, node: number): Int32Array {
  return targets.subarray(offsets[node]!, offsets[node + 1]!);
}

export function degree({ offsets }: Adjacency, node: number): number {
  return offsets[node + 1]! - offsets[node]!;
}
