import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RetryPolicy } from "../input.js";
import { arbitraryRetryPolicy } from "../testing/index.js";
import { backoffDelay, codesAllowRetry } from "./retry.js";

const policy: RetryPolicy = {
  maxAttempts: 5,
  backoff: "exponential",
  baseDelayMs: 1000,
  maxDelayMs: 3_600_000,
  jitter: 0.5,
};

describe("backoffDelay", () => {
  const delays = (own: RetryPolicy, random = 0): readonly number[] =>
    [1, 2, 3, 4].map((attempt) => backoffDelay(own, attempt, random));

  test("fixed waits the same each time", () => {
    expect(delays({ ...policy, backoff: "fixed" })).toEqual([1000, 1000, 1000, 1000]);
  });

  test("exponential doubles", () => {
    expect(delays(policy)).toEqual([1000, 2000, 4000, 8000]);
  });

  test("no wait is longer than the limit", () => {
    expect(delays({ ...policy, maxDelayMs: 3000 })).toEqual([1000, 2000, 3000, 3000]);
    expect(delays({ ...policy, backoff: "fixed", maxDelayMs: 10 })).toEqual([10, 10, 10, 10]);
    expect(backoffDelay(policy, 5000, 0)).toBe(3_600_000);
    expect(backoffDelay({ ...policy, baseDelayMs: 0 }, 5000, 0)).toBe(0);
  });

  test("jitter takes a random share off, at the limit as well", () => {
    const jittered: RetryPolicy = { ...policy, backoff: "exponential-jitter", maxDelayMs: 4000 };
    expect(delays(jittered, 0)).toEqual([1000, 2000, 4000, 4000]);
    expect(delays(jittered, 0.5)).toEqual([750, 1500, 3000, 3000]);
  });

  test("is a whole number between 0 and the limit", () => {
    fc.assert(
      fc.property(
        arbitraryRetryPolicy(),
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (own, attempt, random) => {
          const delay = backoffDelay(own, attempt, random);
          expect(Number.isInteger(delay)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(own.maxDelayMs);
        },
      ),
      { numRuns: 500, seed: 4 },
    );
  });
});

describe("codesAllowRetry", () => {
  const exit = (exitCode: number) => ({ reason: "exit", exitCode }) as const;

  test("without lists, any code may be retried", () => {
    expect(codesAllowRetry(policy, exit(1))).toBe(true);
  });

  test("with retryOnCodes, only those; a signal counts as 128 + n", () => {
    const listed = { ...policy, retryOnCodes: [75, 137] };
    expect(codesAllowRetry(listed, exit(75))).toBe(true);
    expect(codesAllowRetry(listed, exit(1))).toBe(false);
    expect(codesAllowRetry(listed, { reason: "signal", signal: 9 })).toBe(true);
    expect(codesAllowRetry(listed, { reason: "signal", signal: 15 })).toBe(false);
  });

  test("dontRetryOnCodes wins", () => {
    const both = { ...policy, retryOnCodes: [1, 2], dontRetryOnCodes: [2] };
    expect(codesAllowRetry(both, exit(1))).toBe(true);
    expect(codesAllowRetry(both, exit(2))).toBe(false);
  });

  test("an end without a code is not subject to codes", () => {
    const listed = { ...policy, retryOnCodes: [75] };
    expect(codesAllowRetry(listed, { reason: "timeout" })).toBe(true);
    expect(codesAllowRetry(listed, { reason: "oom" })).toBe(true);
    expect(codesAllowRetry(listed, { reason: "start-failed", message: "no shell" })).toBe(true);
  });
});
