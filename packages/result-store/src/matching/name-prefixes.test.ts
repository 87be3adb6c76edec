import { expect, test } from "vitest";
import { namePrefixes } from "./name-prefixes.js";
import { parseResultPattern } from "./result-pattern.js";

const prefixesOf = (patterns: readonly string[]): readonly string[] =>
  namePrefixes(patterns.map((text) => parseResultPattern(text, "/work")));

test.each([
  [
    ["/m/a.pth", "/m/b.pth"],
    ["", ""],
  ],
  [
    ["/a/m.json", "/b/m.json", "/b/other.json"],
    ["a/", "b/", ""],
  ],
  [
    ["/x/a/m.json", "/y/a/m.json"],
    ["x/a/", "y/a/"],
  ],
  [
    ["/m.json", "/a/m.json"],
    ["", "a/"],
  ],
  [
    ["/a/checkpoints/", "/b/checkpoints/"],
    ["a/", "b/"],
  ],
  [
    ["/a/checkpoints", "/b/*/last.pth"],
    ["a/", "b/"],
  ],
  [
    ["/m/**/*.pth", "/m/a/*.pth"],
    ["m/", "a/"],
  ],
  [
    ["/models/**/*.pth", "/data/metrics.json"],
    ["", ""],
  ],
  [
    ["/a/m.json", "/b/m.json", "/c/a/*.json"],
    ["a/", "b/", "c/a/"],
  ],
  [
    ["out/*.csv", "*.csv"],
    ["out/", "work/"],
  ],
  [
    ["same.txt", "same.txt"],
    ["", ""],
  ],
  [[], []],
])("%j are kept apart by %j", (patterns, prefixes) => expect(prefixesOf(patterns)).toEqual(prefixes));

test("the order of the patterns changes nothing", () => {
  const patterns = ["/a/m.json", "/b/x/m.json", "/b/*.json", "/c/x/m.json"];
  const reversed = [...prefixesOf(patterns.toReversed())].reverse();
  expect(prefixesOf(patterns)).toEqual(reversed);
});
