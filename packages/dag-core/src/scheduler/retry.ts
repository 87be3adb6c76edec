import { unreachable } from "@spawn/foundation";
import type { AttemptOutcome } from "../events.js";
import type { RetryPolicy } from "../input.js";

const ONE_ATTEMPT: RetryPolicy = {
  maxAttempts: 1,
  backoff: "fixed",
  baseDelayMs: 0,
  maxDelayMs: 0,
  jitter: 0,
};

export function retryPolicyOf(job: { readonly retry?: RetryPolicy }): RetryPolicy {
  return job.retry ?? ONE_ATTEMPT;
}

/**
 * The wait between failed attempt `attempt` (from 1, within the current budget) and the next, in whole milliseconds:
 * `base` each time, or `base · 2^(attempt − 1)`; never above `maxDelayMs`; then, with jitter, less the share
 * `random · jitter`, so that waits at the limit spread as well.
 */
export function backoffDelay(policy: RetryPolicy, attempt: number, random: number): number {
  const { backoff, baseDelayMs, maxDelayMs, jitter } = policy;
  switch (backoff) {
    case "fixed":
      return Math.round(Math.min(baseDelayMs, maxDelayMs));
    case "exponential":
      return Math.round(exponential(baseDelayMs, attempt, maxDelayMs));
    case "exponential-jitter":
      return Math.round(exponential(baseDelayMs, attempt, maxDelayMs) * (1 - random * jitter));
    default:
      return unreachable(backoff);
  }
}

function exponential(baseDelayMs: number, attempt: number, maxDelayMs: number): number {
  // 2^1023 is the largest power that is a finite number: beyond it a base of 0 would give NaN.
  return Math.min(baseDelayMs * 2 ** Math.min(attempt - 1, 1023), maxDelayMs);
}

/** Whether the policy's exit codes allow another attempt. A signal counts as the shell's 128 + n; an end without a code always may. */
export function codesAllowRetry(policy: RetryPolicy, outcome: AttemptOutcome): boolean {
  const code = exitCodeOf(outcome);
  if (code === undefined) return true;
  if (policy.dontRetryOnCodes?.includes(code) === true) return false;
  return policy.retryOnCodes?.includes(code) ?? true;
}

function exitCodeOf(outcome: AttemptOutcome): number | undefined {
  if (outcome.reason === "exit") return outcome.exitCode;
  if (outcome.reason === "signal") return 128 + outcome.signal;
  return undefined;
}
