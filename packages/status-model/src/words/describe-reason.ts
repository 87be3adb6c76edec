import type { AttemptOutcome } from "@spawn/dag-core";
import { parseDuration, unreachable } from "@spawn/foundation";
import type { AttemptStatus, JobReason, JobStatus, QueueReason } from "../status/queue-status.js";
import { describeOutcome } from "./describe-outcome.js";
import { describeResources } from "./describe-resources.js";

type AttemptReason = NonNullable<AttemptStatus["reason"]>;
type Ended = Pick<JobStatus, "exit_code" | "signal" | "message" | "timeout" | "global_timeout">;

/** Why a job has its status, in words that follow "failed: ". `undefined` where there is nothing to say. */
export function describeJobReason(
  job: Ended & Pick<JobStatus, "resources"> & { readonly reason?: JobReason | undefined },
): string | undefined {
  switch (job.reason) {
    case undefined:
      return undefined;
    case "waiting-for-dependencies":
      return "waits for other jobs";
    case "waiting-for-failure":
      return "runs only if a job that names it fails";
    case "waiting-for-slot":
      return "waits for a free slot";
    case "waiting-for-resources":
      return `waits for resources (${describeResources(job.resources)})`;
    case "unwatched":
      return "its runner is gone; it may go on, and a resume takes it over";
    case "queue-interrupted":
      return "the queue is interrupted";
    case "dependency-failed":
      return "a job it depends on did not complete";
    case "not-triggered":
      return "no failure triggered it";
    case "dependency-skipped":
      return "a job it depends on was skipped";
    case "queue-stopped":
      return "the queue stopped after a failure";
    case "global-timeout":
      return "the queue reached its global timeout";
    default:
      return describeAttemptEnd({ ...job, reason: job.reason });
  }
}

/** How an attempt ended, in the words of `describeOutcome`. */
export function describeAttemptEnd(attempt: Ended & { readonly reason: AttemptReason }): string {
  const timeoutMs = attempt.timeout === undefined ? undefined : parseDuration(attempt.timeout);
  return describeOutcome(outcomeOf(attempt), {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    globalTimeout: attempt.global_timeout === true,
  });
}

export function describeQueueReason(reason: QueueReason): string {
  switch (reason) {
    case "completed":
      return "all jobs completed";
    case "job-failed":
      return "a job failed";
    case "global-timeout":
      return "the global timeout was reached";
    case "cancelled":
      return "cancelled";
    case "spot":
      return "spot interruption";
    case "ttl":
      return "the instance reached its deadline";
    case "shutdown":
      return "it was shut down before its end";
    case "runner-lost":
      return "its runner is gone";
    default:
      return unreachable(reason);
  }
}

function outcomeOf({
  reason,
  exit_code,
  signal,
  message,
}: Ended & { reason: AttemptReason }): AttemptOutcome {
  switch (reason) {
    case "exit":
      return { reason, exitCode: exit_code ?? 0 };
    case "signal":
      return { reason, signal: signal ?? 0 };
    case "start-failed":
      return { reason, message: message ?? "" };
    default:
      return { reason };
  }
}
