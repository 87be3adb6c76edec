import type { RetryPolicy } from "@spawn/dag-core";

/** No wait is longer, unless `retry.max_delay` says so. */
const LONGEST_DELAY_MS = 3_600_000;

/** A job that says nothing of retries: one attempt; with a `retry_count` alone, waits of 60 s, 120 s, 240 s, … */
export const DEFAULT_RETRY: RetryPolicy = {
  maxAttempts: 1,
  backoff: "exponential",
  baseDelayMs: 60_000,
  maxDelayMs: LONGEST_DELAY_MS,
  jitter: 0,
};

/** The first wait of `retry_strategy: exponential` without a `retry_delay`. */
export const FIRST_EXPONENTIAL_DELAY_MS = 1000;

/** What `retry: {}` leaves out; the jitter counts with `exponential-jitter` alone. */
export const EXPLICIT_RETRY: RetryPolicy = {
  maxAttempts: 3,
  backoff: "exponential",
  baseDelayMs: 1000,
  maxDelayMs: LONGEST_DELAY_MS,
  jitter: 0.5,
};
