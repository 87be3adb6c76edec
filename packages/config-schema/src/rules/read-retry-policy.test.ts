import type { RetryPolicy } from "@spawn/dag-core";
import { describe, expect, it } from "vitest";
import { loadQueueFile } from "../spec/load-queue-file.js";
import { fileWithJob } from "../testing/one-job-file.js";

const HOUR = 3_600_000;

function policyOf(job: object): RetryPolicy | undefined {
  return loadQueueFile(fileWithJob(job), { fileName: "q" }).spec?.jobs[0]?.retry;
}

describe("readRetryPolicy", () => {
  it.each([
    [undefined, 1],
    [0, 1],
    [1, 1],
    [2, 2],
    [10, 10],
  ])("reads retry_count %j as %d attempts in total", (count, attempts) => {
    expect(policyOf(count === undefined ? {} : { retry_count: count })?.maxAttempts).toBe(attempts);
  });

  it.each([
    ["nothing", {}, "exponential", 60_000],
    ["exponential", { retry_strategy: "exponential" }, "exponential", 1000],
    ["exponential from a delay", { retry_strategy: "exponential", retry_delay: "5s" }, "exponential", 5000],
    ["a delay alone", { retry_delay: "30s" }, "fixed", 30_000],
    ["fixed with a delay", { retry_strategy: "fixed", retry_delay: "500ms" }, "fixed", 500],
    ["fixed alone", { retry_strategy: "fixed" }, "fixed", 60_000],
  ])("waits as told by %s", (_, job, backoff, baseDelayMs) => {
    expect(policyOf({ retry_count: 3, ...job })).toEqual({
      maxAttempts: 3,
      backoff,
      baseDelayMs,
      maxDelayMs: HOUR,
      jitter: 0,
    });
  });

  it("fills in what the explicit form leaves out", () => {
    expect(policyOf({ retry: {} })).toEqual({
      maxAttempts: 3,
      backoff: "exponential",
      baseDelayMs: 1000,
      maxDelayMs: HOUR,
      jitter: 0,
    });
    expect(policyOf({ retry: { backoff: "exponential-jitter" } })?.jitter).toBe(0.5);
  });

  it("takes all of the explicit form", () => {
    const retry = {
      max_attempts: 5,
      backoff: "exponential-jitter",
      base_delay: "2s",
      max_delay: "2h",
      jitter: 0.25,
      retry_on_codes: [1, 75],
      dont_retry_on_codes: [2],
    };
    expect(policyOf({ retry })).toEqual({
      maxAttempts: 5,
      backoff: "exponential-jitter",
      baseDelayMs: 2000,
      maxDelayMs: 2 * HOUR,
      jitter: 0.25,
      retryOnCodes: [1, 75],
      dontRetryOnCodes: [2],
    });
  });
});
