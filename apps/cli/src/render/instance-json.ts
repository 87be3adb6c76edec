import type { Ec2Instance } from "@spawn/aws-launcher";
import type { Instance } from "@spawn/launcher";
import type { QueueStatus } from "@spawn/status-model";
import type { RoleKnowledge } from "./ec2-instance-text.js";
import { ec2InstanceRow, instanceRow } from "./instance-row.js";

/** `spawn status --json`. @param time writes a wall-clock time as RFC 3339 */
export function instanceJson(
  instance: Instance,
  status: QueueStatus | undefined,
  time: (wallMs: number) => string,
): object {
  return {
    schema_version: 1,
    ...instanceRow(instance, status?.status, time),
    root: instance.root,
    working_directory: instance.workingDirectory,
    iam: null,
    queue: status ?? null,
  };
}

/** `spawn status --json` of an instance on EC2. */
export function ec2InstanceJson(
  instance: Ec2Instance,
  role: RoleKnowledge,
  status: QueueStatus | undefined,
  time: (wallMs: number) => string,
): object {
  return {
    schema_version: 1,
    ...ec2InstanceRow(instance, status, time),
    state_reason: instance.stateReason ?? null,
    generation: instance.generation,
    image_id: instance.imageId,
    key_name: instance.keyName ?? null,
    results_location: instance.results,
    iam: role.kind === "known" ? { role: role.role, policies: role.policies } : null,
    queue: status ?? null,
  };
}
