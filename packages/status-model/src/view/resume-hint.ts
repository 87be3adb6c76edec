import { unreachable } from "@spawn/foundation";
import type { QueueStatus } from "../status/queue-status.js";

/** What a person can do about a queue that did not complete. */
export interface ResumeHint {
  readonly text: string;
  readonly command: string;
}

export function resumeHint({ status, queue_id }: QueueStatus): ResumeHint | undefined {
  const command = `spawn queue resume ${queue_id}`;
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
