import fc from "fast-check";
import { expect, test } from "vitest";
import { ReadyHeap } from "./ready-heap.js";

test("the heap agrees with a sorted set, whatever is added, removed and refused", () => {
  const operation = fc.tuple(fc.constantFrom("add", "remove", "first", "first-odd"), fc.nat(19));
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
      const heap = new ReadyHeap(20);
      const model = new Set<number>();
      for (const [name, rank] of operations) {
        if (name === "add") {
          heap.add(rank);
          model.add(rank);
        } else if (name === "remove") {
          heap.remove(rank);
          model.delete(rank);
        } else {
          const accepts = (candidate: number): boolean => name === "first" || candidate % 2 === 1;
          const expected = [...model].sort((a, b) => a - b).find(accepts);
          expect(heap.first(accepts)).toBe(expected);
        }
        expect(heap.size).toBe(model.size);
        expect(heap.has(rank)).toBe(model.has(rank));
      }
    }),
    { numRuns: 500, seed: 2 },
  );
});

test("first keeps what was refused, also when the question throws", () => {
  const heap = new ReadyHeap(3);
  for (const rank of [2, 0, 1]) heap.add(rank);
  const accepts = (rank: number): boolean => {
    if (rank === 2) throw new Error("no answer");
    return false;
  };
  expect(() => heap.first(accepts)).toThrow("no answer");
  expect(heap.size).toBe(3);
  expect(heap.first(() => true)).toBe(0);
});
