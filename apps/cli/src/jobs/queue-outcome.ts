import { unreachable } from "@spawn/foundation";
import { describeJobReason, type QueueStatus } from "@spawn/status-model";
import type { HandlerOutcome } from "./handler-outcome.js";

/** What the end of a job's queue means for the job; `undefined` where the queue is not over. */
export function outcomeOfQueue(status: QueueStatus): HandlerOutcome | undefined {
  const { queue_id } = status;
  switch (status.status) {
    case "completed":
      return { kind: "completed" };
    case "failed":
      return { kind: "failed", errorMessage: `queue ${queue_id} failed${whyFailed(status)}` };
    case "cancelled":
      return { kind: "cancelled", errorMessage: `queue ${queue_id} was cancelled` };
    case "pending":
    case "running":
    case "interrupted":
    case "unknown":
      return undefined;
    default:
      return unreachable(status.status);
  }
}

/** `: job train: exit code 3` */
function whyFailed({ first_failure, job_details, reason }: QueueStatus): string {
  const job = job_details.find(({ job_id }) => job_id === first_failure);
  if (job !== undefined) return `: job ${job.job_id}: ${describeJobReason(job) ?? "failed"}`;
  return reason === undefined ? "" : `: ${reason}`;
}
