import { expect, it } from "vitest";
import { listWords } from "./list-words.js";

it.each([
  [0, ""],
  [1, "a"],
  [2, "a and b"],
  [3, "a, b and c"],
  [4, "a, b, c and d"],
  [5, "a, b, c and 2 others"],
])("lists %d words", (count, text) => {
  expect(listWords(["a", "b", "c", "d", "e"].slice(0, count))).toBe(text);
});
