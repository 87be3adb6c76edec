import { expect, test } from "vitest";
import { adjacencyOf } from "./adjacency.js";
import { cyclicComponents } from "./strong-components.js";

test("cyclicComponents finds the knots, not what lies between or behind them", () => {
  const edges = { from: [0, 1, 1, 2, 3, 4, 5], to: [1, 0, 2, 3, 4, 3, 0] };
  const components = cyclicComponents(6, adjacencyOf(6, edges), [0, 1, 2, 3, 4, 5]);
  expect(components.sort((a, b) => a[0]! - b[0]!)).toEqual([
    [0, 1],
    [3, 4],
  ]);
});

test("cyclicComponents is not limited by depth", () => {
  const size = 200_000;
  const from = Array.from({ length: size }, (_, node) => node);
  const to = from.map((node) => (node + 1) % size);
  expect(cyclicComponents(size, adjacencyOf(size, { from, to }), [0])[0]).toHaveLength(size);
});
