import { expect, it } from "vitest";
import { dueEnd, type EndFacts, isStronger } from "./due-end.js";

const nothing: EndFacts = { spotNotice: false, completionLeftMs: 1, drainLeftMs: 1, idleLeftMs: 1 };

it("is nothing before its time", () => {
  expect(dueEnd(nothing)).toBeUndefined();
  expect(dueEnd({ spotNotice: false, drainLeftMs: 1 })).toBeUndefined();
});

it("is the strongest: spot, completion, TTL, idle", () => {
  const all: EndFacts = { spotNotice: true, completionLeftMs: 0, drainLeftMs: 0, idleLeftMs: 0 };
  expect(dueEnd(all)).toBe("spot");
  expect(dueEnd({ ...all, spotNotice: false })).toBe("completion");
  expect(dueEnd({ ...all, spotNotice: false, completionLeftMs: 1 })).toBe("ttl");
  expect(dueEnd({ ...nothing, idleLeftMs: 0 })).toBe("idle");
});

it("gives way to a stronger one alone", () => {
  expect([isStronger("spot", "ttl"), isStronger("idle", undefined)]).toEqual([true, true]);
  expect([isStronger("ttl", "ttl"), isStronger("idle", "completion")]).toEqual([false, false]);
});
