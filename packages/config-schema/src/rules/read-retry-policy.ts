import type { RetryPolicy } from "@spawn/dag-core";
import { formatDuration } from "@spawn/foundation";
import type { Problems } from "../diagnostics/problems.js";
import type { JobDraft } from "../schema/queue-draft.js";
import type { RawRetry } from "../schema/retry-schema.js";
import type { Path } from "../source/located-node.js";
import { readDuration } from "./read-duration.js";
import { DEFAULT_RETRY, EXPLICIT_RETRY, FIRST_EXPONENTIAL_DELAY_MS } from "./retry-defaults.js";

const SHORT_FORM = {
  retry_count: "retry.max_attempts",
  retry_strategy: "retry.backoff",
  retry_delay: "retry.base_delay",
} as const;

const SHORT_KEYS = ["retry_count", "retry_strategy", "retry_delay"] as const;

/** A job's retry policy, from `retry` or from the short form; the two exclude each other. */
export function readRetryPolicy(job: JobDraft, path: Path, problems: Problems): RetryPolicy {
  const policy =
    job.retry === undefined
      ? readShortForm(job, path, problems)
      : readExplicitForm(job.retry, [...path, "retry"], problems);
  if (job.retry !== undefined) {
    for (const key of SHORT_KEYS.filter((name) => job[name] !== undefined)) {
      problems.add(
        "retry-conflict",
        { path: [...path, key], part: "key" },
        `"${key}" and "retry" cannot both be given`,
        `say it in ${SHORT_FORM[key]}`,
      );
    }
  }
  return policy;
}

function readShortForm(job: JobDraft, path: Path, problems: Problems): RetryPolicy {
  const { retry_count: count = 0, retry_strategy: strategy, retry_delay: delay } = job;
  const maxAttempts = Math.max(1, count);
  const delayMs = readDuration(delay, path, "retry_delay", problems);
  if (maxAttempts === 1 && job.retry === undefined) warnWithoutEffect(job, path, problems);
  const policy: RetryPolicy = maxAttempts === 1 ? DEFAULT_RETRY : { ...DEFAULT_RETRY, maxAttempts };
  if (strategy === undefined && delay === undefined) return policy;
  const exponential = strategy === "exponential";
  const baseDelayMs = delayMs ?? (exponential ? FIRST_EXPONENTIAL_DELAY_MS : DEFAULT_RETRY.baseDelayMs);
  warnWhenCapped(baseDelayMs, policy.maxDelayMs, path, "retry_delay", problems);
  return { ...policy, backoff: exponential ? "exponential" : "fixed", baseDelayMs };
}

function readExplicitForm(retry: RawRetry, path: Path, problems: Problems): RetryPolicy {
  const backoff = retry.backoff ?? EXPLICIT_RETRY.backoff;
  const baseDelayMs =
    readDuration(retry.base_delay, path, "base_delay", problems) ?? EXPLICIT_RETRY.baseDelayMs;
  const maxDelayMs = readDuration(retry.max_delay, path, "max_delay", problems) ?? EXPLICIT_RETRY.maxDelayMs;
  warnWhenCapped(baseDelayMs, maxDelayMs, path, "base_delay", problems);
  if (retry.jitter !== undefined && backoff !== "exponential-jitter") {
    problems.add(
      "unused-jitter",
      { path: [...path, "jitter"], part: "key" },
      `"jitter" means nothing with backoff "${backoff}"`,
      'write "backoff": "exponential-jitter", or leave jitter out',
    );
  }
  return {
    maxAttempts: retry.max_attempts ?? EXPLICIT_RETRY.maxAttempts,
    backoff,
    baseDelayMs,
    maxDelayMs,
    jitter: backoff === "exponential-jitter" ? (retry.jitter ?? EXPLICIT_RETRY.jitter) : 0,
    ...(retry.retry_on_codes !== undefined && { retryOnCodes: retry.retry_on_codes }),
    ...(retry.dont_retry_on_codes !== undefined && { dontRetryOnCodes: retry.dont_retry_on_codes }),
  };
}

function warnWithoutEffect(job: JobDraft, path: Path, problems: Problems): void {
  for (const key of ["retry_strategy", "retry_delay"] as const) {
    if (job[key] === undefined) continue;
    problems.add(
      "retry-without-effect",
      { path: [...path, key], part: "key" },
      `"${key}" has no effect: this job has a single attempt`,
      'write "retry_count": 2 or more; it is the number of attempts in total',
    );
  }
}

function warnWhenCapped(delayMs: number, limitMs: number, path: Path, key: string, problems: Problems): void {
  if (delayMs <= limitMs) return;
  const [delay, limit] = [formatDuration(delayMs), formatDuration(limitMs)];
  problems.add(
    "delay-capped",
    { path: [...path, key] },
    `a wait of ${delay} is cut to ${limit}`,
    `for longer waits write "retry": {"max_delay": …}`,
  );
}
