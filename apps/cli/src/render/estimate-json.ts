import { formatDuration } from "@spawn/foundation";
import type { EstimatedDuration } from "@spawn/status-model";

/** How long a queue may take, for programs; `null` where no timeout says anything. */
export function estimateJson({ ms, atLeast }: EstimatedDuration): object | null {
  if (atLeast && ms === 0) return null;
  return { duration: formatDuration(ms, { separator: "" }), seconds: ms / 1000, at_least: atLeast };
}
