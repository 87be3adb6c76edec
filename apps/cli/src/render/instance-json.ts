import type { Instance } from "@spawn/launcher";
import type { QueueStatus } from "@spawn/status-model";
import { instanceRow } from "./instance-row.js";

/** `spawn status --json`. @param time writes a wall-clock time as RFC 3339 */
export function instanceJson(
  instance: Instance,
  status: QueueStatus,
  time: (wallMs: number) => string,
): object {
  return {
    schema_version: 1,
    ...instanceRow(instance, status.status, time),
    root: instance.root,
    working_directory: instance.workingDirectory,
    iam: null,
    queue: status,
  };
}
