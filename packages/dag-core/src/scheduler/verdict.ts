import { unreachable } from "@spawn/foundation";
import type { AttemptOutcome } from "../events.js";
import type { RetryPolicy } from "../input.js";
import type { CancelReason } from "../job-state.js";
import { backoffDelay, codesAllowRetry } from "./retry.js";

/** Losses of the host in a row, without a spot notice between them, that fail a job: something it does kills its host. */
export const LOSSES_THAT_FAIL = 3;

/** What becomes of a job whose attempt ended. */
export type Verdict =
  | { readonly kind: "completed" }
  | { readonly kind: "failed" }
  | { readonly kind: "cancelled"; readonly reason: CancelReason }
  /** Ready again at once; the attempt is not charged. */
  | { readonly kind: "again" }
  | { readonly kind: "retry"; readonly delayMs: number };

export interface EndedAttempt {
  readonly outcome: AttemptOutcome;
  readonly policy: RetryPolicy;
  /** Attempts charged since the last resume, this one included. */
  readonly charged: number;
  /** Losses in a row, this one included. */
  readonly lossesInRow: number;
  /** Uniform in [0, 1). */
  readonly random: number;
  /** Why the job gets no further attempt, or `undefined` if it may. */
  readonly barred: CancelReason | undefined;
}

export function verdictOn(attempt: EndedAttempt): Verdict {
  const verdict = ordinaryVerdict(attempt);
  if (attempt.barred === undefined || (verdict.kind !== "again" && verdict.kind !== "retry")) return verdict;
  // A global timeout fails what runs; an attempt that never started did not run.
  if (attempt.barred === "global-timeout" && attempt.outcome.reason !== "never-started") {
    return { kind: "failed" };
  }
  return { kind: "cancelled", reason: attempt.barred };
}

function ordinaryVerdict(attempt: EndedAttempt): Verdict {
  const { outcome } = attempt;
  switch (outcome.reason) {
    case "exit":
      return outcome.exitCode === 0 ? { kind: "completed" } : failedAttempt(attempt);
    case "signal":
    case "timeout":
    case "oom":
    case "start-failed":
      return failedAttempt(attempt);
    case "host-lost":
      return attempt.lossesInRow >= LOSSES_THAT_FAIL ? { kind: "failed" } : { kind: "again" };
    case "interrupted":
    case "never-started":
      return { kind: "again" };
    case "cancelled":
      return { kind: "cancelled", reason: attempt.barred ?? "cancelled" };
    default:
      return unreachable(outcome);
  }
}

function failedAttempt({ outcome, policy, charged, random }: EndedAttempt): Verdict {
  if (charged >= policy.maxAttempts || !codesAllowRetry(policy, outcome)) return { kind: "failed" };
  return { kind: "retry", delayMs: backoffDelay(policy, charged, random) };
}
