import { expect, test } from "vitest";
import { TransferMemory } from "./transfer-memory.js";

const PIECE = 1024;

test("never hands out more than there is, in the order of the asking", async () => {
  const memory = new TransferMemory(2 * PIECE, PIECE);
  const first = await memory.take(PIECE);
  const second = await memory.take(PIECE);
  const order: string[] = [];
  const large = memory.take(2 * PIECE).then((taken) => {
    order.push("large");
    return taken;
  });
  const small = memory.take(1).then(() => order.push("small"));
  expect(memory.tryTake(1)).toBeUndefined();
  first.give();
  await Promise.resolve();
  expect(order).toEqual([]);
  second.drop();
  const taken = await large;
  expect(taken.bytes).toHaveLength(2 * PIECE);
  expect(order).toEqual(["large"]);
  taken.give();
  await small;
});

test("what is larger than all there is has its turn, alone", async () => {
  const memory = new TransferMemory(2 * PIECE, PIECE);
  const huge = await memory.take(10 * PIECE);
  expect(huge.bytes).toHaveLength(10 * PIECE);
  expect(memory.tryTake(1)).toBeUndefined();
  huge.give();
  expect(memory.tryTake(1)?.bytes).toHaveLength(1);
});

test("uses a piece again that was given back, and not one that something may still look at", async () => {
  const memory = new TransferMemory(2 * PIECE, PIECE);
  const first = await memory.take(PIECE);
  first.give();
  const again = await memory.take(PIECE - 1);
  expect(again.bytes.buffer).toBe(first.bytes.buffer);
  again.drop();
  expect((await memory.take(PIECE)).bytes.buffer).not.toBe(first.bytes.buffer);
});
