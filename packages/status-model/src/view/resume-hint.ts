import { unreachable } from "@spawn/foundation";
import type { QueueStatus } from "../status/queue-status.js";

/** What a person can do about a queue that did not complete. */
export interface ResumeHint {
  readonly text: string;
  readonly command: string;
}

/** @param ref what later commands call the queue by */
export function resumeHint({ status, queue_id }: QueueStatus, ref = queue_id): ResumeHint | undefined {
  const command = `spawn queue resume ${ref}`;
  switch (status) {
    case "interrupted":
      return { text: "To go on where it stopped", command };
    case "failed":
    case "cancelled":
      return { text: "To run again what did not complete", command };
    case "pending":
    case "running":
    case "completed":
    case "unknown":
      return undefined;
    default:
      return unreachable(status);
  }
}
