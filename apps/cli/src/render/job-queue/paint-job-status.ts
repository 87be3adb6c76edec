import { unreachable } from "@spawn/foundation";
import type { JobStatus } from "@spawn/job-queue";
import type { Palette } from "../palette.js";

export function paintJobStatus(status: JobStatus, text: string, palette: Palette): string {
  switch (status) {
    case "completed":
      return palette.good(text);
    case "running":
      return palette.busy(text);
    case "failed":
      return palette.bad(text);
    case "cancelled":
      return palette.warn(text);
    case "pending":
      return text;
    default:
      return unreachable(status);
  }
}
