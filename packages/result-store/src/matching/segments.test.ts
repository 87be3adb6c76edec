import { describe, expect, test } from "vitest";
import { firstGlobCharacter, segmentOf } from "./segments.js";

function matches(pattern: string, name: string): boolean {
  const segment = segmentOf(pattern);
  switch (segment.kind) {
    case "any-depth":
      return true;
    case "literal":
      return segment.name === name;
    case "glob":
      return segment.matches(name);
  }
}

describe("a part of a pattern", () => {
  test.each([
    ["*.pth", "model.pth"],
    ["model-?.pth", "model-1.pth"],
    ["[a-c]*", "beta"],
    ["[!a]*", "beta"],
    ["[[:digit:]]*", "5x"],
    ["*", "two\nlines"],
    ["*", "\nnewline first"],
    ["*", "-rf"],
    [".*", ".hidden"],
    ["results (1)*.csv", "results (1) b.csv"],
    ["a+b*", "a+b.txt"],
    ["!(x)*", "!(x)y"],
    ["a|b*", "a|b"],
    ["$HOME*", "$HOME1"],
    ["\\**", "*x"],
    ["{x}*", "{x}y"],
    ["é*", "été".replace("é", "é")],
    ["plain.txt", "plain.txt"],
    ["pla\\[in", "pla[in"],
  ])("%j matches %j", (pattern, name) => expect(matches(pattern, name)).toBe(true));

  test.each([
    ["*", ".hidden"],
    ["*.pth", "model.pt"],
    ["?", "ab"],
    ["a|b*", "a"],
    ["+(a)*", "aaa"],
    ["\\**", "x"],
    ["*.PTH", "a.pth"],
  ])("%j does not match %j", (pattern, name) => expect(matches(pattern, name)).toBe(false));
});

test.each([
  ["/models/model.pth", undefined],
  ["/models/*.pth", 8],
  ["a\\*b/?", 5],
  ["a[1].txt", 1],
  ["a[1.txt", undefined],
  ["{a,b}", 0],
  ["{a", undefined],
  ["x\\\\*", 3],
])("the first glob character of %j is at %j", (text, index) => expect(firstGlobCharacter(text)).toBe(index));
