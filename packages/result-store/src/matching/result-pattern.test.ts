import { expect, test } from "vitest";
import { parseResultPattern } from "./result-pattern.js";

test.each([
  ["/models/model.pth", { base: "/models", literal: "/models/model.pth", folder: false }],
  ["/models/checkpoints/", { base: "/models", literal: "/models/checkpoints", folder: true }],
  ["out.txt", { base: "/work", literal: "/work/out.txt", folder: false }],
  ["../x/y.csv", { base: "/x", literal: "/x/y.csv", folder: false }],
  ["./a/../b.txt", { base: "/work", literal: "/work/b.txt", folder: false }],
  [".", { base: "/work", literal: "/work", folder: true }],
  ["..", { base: "/", literal: "/", folder: true }],
  ["/", { base: "/", literal: "/", folder: true }],
  ["a\\*b", { base: "/work", literal: "/work/a*b", folder: false }],
  ["/models/**/*.pth", { base: "/models", literal: "/models/**/*.pth", folder: false }],
  ["../d/*.csv", { base: "/d", literal: "/d/*.csv", folder: false }],
  ["runs/*/", { base: "/work/runs", literal: "/work/runs/*", folder: true }],
  ["*.csv", { base: "/work", literal: "/work/*.csv", folder: false }],
])("%s", (text, expected) => expect(parseResultPattern(text, "/work")).toMatchObject(expected));

test("braces are alternatives below one base", () => {
  const { base, globs } = parseResultPattern("/m/{a,b/c}/x{1..2}.bin", "/work");
  expect(base).toBe("/m");
  expect(
    globs.map((parts) => parts.map((part) => (part.kind === "literal" ? part.name : part.kind))),
  ).toEqual([
    ["a", "x1.bin"],
    ["a", "x2.bin"],
    ["b", "c", "x1.bin"],
    ["b", "c", "x2.bin"],
  ]);
});

test.each(["", "a\0b", "*/../x", "{a,b}//c"])("%j can match nothing", (text) => {
  expect(parseResultPattern(text, "/work").globs).toEqual([]);
});
