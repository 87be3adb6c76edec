import { describe, expect, it } from "vitest";
import { asksForJson } from "./asks-for-json.js";

describe("asksForJson", () => {
  it.each([
    ["queue pln --json", true],
    ["list --format json", true],
    ["list --format=json", true],
    ["queue plan x --format dot", false],
    ["connect last -- --json", false],
    ["list json", false],
  ])("finds in %j: %s", (line, asks) => {
    expect(asksForJson(line.split(" "))).toBe(asks);
  });
});
