import { ERROR_CODES, type ErrorCode } from "@spawn/foundation";
import { describe, expect, it } from "vitest";
import { EXIT_MEANINGS, exitStatusOf } from "./exit-status.js";

describe("exitStatusOf", () => {
  it.each<[ErrorCode, number]>([
    ["bad-arguments", 2],
    ["bad-queue-file", 2],
    ["queue-not-found", 3],
    ["job-not-found", 3],
    ["instance-not-found", 1],
    ["permission-denied", 4],
    ["no-capacity", 5],
    ["wait-timed-out", 124],
    ["interrupted", 130],
  ])("%s is %d", (code, status) => {
    expect(exitStatusOf(code)).toBe(status);
  });

  it("gives every code a failing status that has a meaning", () => {
    for (const code of ERROR_CODES) {
      expect(exitStatusOf(code)).toBeGreaterThan(0);
      expect(EXIT_MEANINGS).toHaveProperty(String(exitStatusOf(code)));
    }
  });
});
