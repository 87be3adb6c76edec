import { describe, expect, it } from "vitest";
import { defaultQueueId, isValidId } from "./ids.js";

describe("isValidId", () => {
  it.each(["a", "9", "queue-20260127-140532", "a.b_c-d", "x".repeat(128)])("takes %s", (id) => {
    expect(isValidId(id)).toBe(true);
  });

  it.each(["", ".", "..", "-a", "_a", "a/b", "a b", "é", "x".repeat(129), "a\n"])("refuses %j", (id) => {
    expect(isValidId(id)).toBe(false);
  });
});

it("names a queue by the time in UTC", () => {
  const id = defaultQueueId(new Date("2026-01-27T14:05:32.999-08:00"));
  expect(id).toBe("queue-20260127-220532");
  expect(isValidId(id)).toBe(true);
});
