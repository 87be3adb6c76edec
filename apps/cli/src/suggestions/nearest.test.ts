import { describe, expect, it } from "vitest";
import { didYouMean, nearest } from "./nearest.js";

describe("nearest", () => {
  it.each([
    ["joi", ["job", "prepare"], "job"],
    ["trian", ["evaluate", "train"], "train"],
    ["Train", ["train"], "train"],
    ["evalaute-model", ["evaluate-model", "evaluate"], "evaluate-model"],
  ])("takes %s for one of %j", (word, candidates, meant) => {
    expect(nearest(word, candidates)).toBe(meant);
  });

  it.each([["nope"], ["x"], [""]])("does not guess at %j", (word) => {
    expect(nearest(word, ["train", "evaluate", "ab"])).toBeUndefined();
    expect(didYouMean(word, ["train"])).toBeUndefined();
  });

  it("asks", () => {
    expect(didYouMean("trian", ["train"])).toBe("Did you mean train?");
  });
});
