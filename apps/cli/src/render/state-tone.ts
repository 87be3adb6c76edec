import { unreachable } from "@spawn/foundation";
import type { JobStatus, QueueStatus } from "@spawn/status-model";
import type { Palette } from "./palette.js";

type State = JobStatus["status"] | QueueStatus["status"];

/** The colour of a job's or a queue's state. */
export function paintState(state: State, text: string, palette: Palette): string {
  switch (state) {
    case "completed":
      return palette.good(text);
    case "running":
      return palette.busy(text);
    case "failed":
      return palette.bad(text);
    case "retrying":
    case "interrupted":
    case "cancelled":
    case "unknown":
      return palette.warn(text);
    case "pending":
    case "blocked":
    case "skipped":
      return palette.faint(text);
    default:
      return unreachable(state);
  }
}
