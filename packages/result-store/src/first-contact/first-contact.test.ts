import { expect, it } from "vitest";
import { FirstContact } from "./first-contact.js";

it("the time is that of the first call and its retries; a later call has its own", () => {
  const contact = new FirstContact(8_000);
  expect([0, 1_000, 7_999, 8_000, 9_999].map((nowMs) => contact.msLeft(nowMs))).toEqual([
    8_000, 7_000, 1, 0, 0,
  ]);
  expect(contact.msLeft(10_001)).toBe(8_000);
});
