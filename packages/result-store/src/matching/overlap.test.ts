import { expect, test } from "vitest";
import { couldCollide } from "./overlap.js";
import { type Segment, segmentOf } from "./segments.js";

const parts = (pattern: string): Segment[] => pattern.split("/").map(segmentOf);

test.each([
  ["a", "a"],
  ["a", "A"],
  ["é", "e\u0301"],
  ["*.pth", "model.pth"],
  ["model*", "*.pth"],
  ["**", "a/b/c"],
  ["**/x", "x"],
  ["**/x", "a/b/x"],
  ["a/**", "**/b"],
  ["**/a/**", "**/b/**"],
  ["a/*/c", "a/b/*"],
  ["[ab]x", "ax"],
])("%s and %s could collide", (left, right) => {
  expect([couldCollide(parts(left), parts(right)), couldCollide(parts(right), parts(left))]).toEqual([
    true,
    true,
  ]);
});

test.each([
  ["a", "b"],
  ["a", "a/b"],
  ["*.pth", "*.csv"],
  ["model-*", "data-*"],
  ["**/x", "**/y"],
  ["a/**", "b/**"],
  ["*/x", "x"],
  ["**/*.pth", "metrics.json"],
])("%s and %s could not", (left, right) => {
  expect([couldCollide(parts(left), parts(right)), couldCollide(parts(right), parts(left))]).toEqual([
    false,
    false,
  ]);
});
