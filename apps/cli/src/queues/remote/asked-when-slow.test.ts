import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { AskedWhenSlow } from "./asked-when-slow.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("is not put where the other answer comes in time, and then on demand, once", async () => {
  const ask = vi.fn(async () => "asked");
  const question = new AskedWhenSlow(ask);
  expect(await question.unlessWithin(1_000, Promise.resolve("other"))).toBe("other");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ask).not.toHaveBeenCalled();
  expect([await question.answer(), await question.answer()]).toEqual(["asked", "asked"]);
  expect(ask).toHaveBeenCalledTimes(1);
});

it("is put while the other is waited for, which decides all the same", async () => {
  const ask = vi.fn(async () => Promise.reject(new Error("no answer")));
  const question = new AskedWhenSlow(ask);
  const other = new Promise((_resolve, reject) => setTimeout(() => reject(new Error("late")), 3_000));
  const waited = question.unlessWithin(1_000, other).catch(String);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ask).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await waited).toBe("Error: late");
  await expect(question.answer()).rejects.toThrow("no answer");
});
