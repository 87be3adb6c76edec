import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Adjacency, adjacencyOf, neighbours } from "./adjacency.js";
import { shortestCycle } from "./shortest-cycle.js";
import { topologicalOrder } from "./topological-order.js";

type Edge = readonly [from: number, to: number];

function graphOf(size: number, edges: readonly Edge[]): Adjacency {
  return adjacencyOf(size, { from: edges.map(([from]) => from), to: edges.map(([, to]) => to) });
}

function find(size: number, edges: readonly Edge[], budget?: number): ReturnType<typeof shortestCycle> {
  const successors = graphOf(size, edges);
  return shortestCycle(successors, topologicalOrder(size, successors), budget);
}

/** By trying every path; for small graphs. */
function shortestLength(size: number, successors: Adjacency): number | undefined {
  let shortest: number | undefined;
  for (let start = 0; start < size; start += 1) {
    let reached = new Set([start]);
    for (let length = 1; length <= size; length += 1) {
      reached = new Set([...reached].flatMap((node) => [...neighbours(successors, node)]));
      if (!reached.has(start)) continue;
      shortest = Math.min(shortest ?? length, length);
      break;
    }
  }
  return shortest;
}

function ring(size: number): readonly Edge[] {
  return Array.from({ length: size }, (_, node): Edge => [node, (node + 1) % size]);
}

describe("shortestCycle", () => {
  test("agrees with trying every path", () => {
    const edge = fc.tuple(fc.nat(8), fc.nat(8)).filter(([from, to]) => from !== to);
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 16 }), (edges) => {
        const cycle = find(9, edges);
        expect(cycle?.path.length).toBe(
          (shortestLength(9, graphOf(9, edges)) ?? Number.NaN) + 1 || undefined,
        );
        for (const [index, node] of cycle?.path.slice(1).entries() ?? []) {
          expect(edges).toContainEqual([cycle?.path[index], node]);
        }
        expect(cycle?.path.at(-1)).toBe(cycle?.path[0]);
      }),
      { numRuns: 500, seed: 11 },
    );
  });

  test("a ring of 100,000 is known to be the shortest", () => {
    expect(find(100_000, ring(100_000))).toMatchObject({ path: { length: 100_001 }, shortest: true });
  });

  test("says when the budget did not allow to look everywhere", () => {
    const size = 400;
    const tangle = [...ring(size), ...ring(size).map(([from]): Edge => [from, (from + 7) % size])];
    expect(find(size, tangle, 100)?.shortest).toBe(false);
    expect(find(size, tangle)).toMatchObject({ path: { length: 59 }, shortest: true });
  });
});
