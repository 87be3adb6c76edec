import type { Containment } from "@spawn/attempt-runner";
import type { JournalJob } from "@spawn/status-model";

/** What to warn of where jobs declare memory and nothing here can hold them to it; `undefined` where all is well. */
export function memoryWarning(
  jobs: readonly Pick<JournalJob, "resources">[],
  { kind, reason = "there are no cgroups" }: Pick<Containment, "kind" | "reason">,
): string | undefined {
  if (kind !== "process-group") return undefined;
  if (!jobs.some(({ resources }) => resources?.memoryBytes !== undefined)) return undefined;
  return `memory limits are not enforced here: ${reason}`;
}
