import { expect, test } from "vitest";
import { separateNames } from "./separate-names.js";

test.each([
  [
    ["a", "b/c"],
    ["a", "b/c"],
  ],
  [
    ["out", "out/a", "out/b/c"],
    ["out", "out~/a", "out~/b/c"],
  ],
  [
    ["out", "out/a", "out~/a", "out~~"],
    ["out", "out~~~/a", "out~/a", "out~~"],
  ],
  [
    ["d/x", "d/x/y", "d/x/y/z"],
    ["d/x", "d/x~/y", "d/x~/y~/z"],
  ],
  [
    ["same", "same", "same~"],
    ["same", "same~~", "same~"],
  ],
])("%j become %j", (names, separated) => expect(separateNames(names)).toEqual(separated));
