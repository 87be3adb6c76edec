import { expect, it } from "vitest";
import { didYouMean, nearest } from "./nearest.js";

it.each([
  ["trian", "train"],
  ["TRAIN", "train"],
  ["evaluat", "evaluate"],
  ["preproces-vla", "preprocess-val"],
  ["x", undefined],
  ["something-else", undefined],
])("finds for %s the word %s", (word, found) => {
  expect(nearest(word, ["train", "evaluate", "preprocess-val"])).toBe(found);
});

it("never offers the word itself", () => {
  expect(didYouMean("a", ["a"])).toBeUndefined();
});
