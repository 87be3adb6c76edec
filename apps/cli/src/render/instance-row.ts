import type { Instance } from "@spawn/launcher";
import type { QueueStatus } from "@spawn/status-model";

/** An instance as `spawn list --json` gives it. */
export interface InstanceRow {
  readonly instance_id: string;
  readonly name: string | null;
  readonly provider: Instance["provider"];
  readonly state: Instance["state"];
  readonly queue_id: string;
  /** `null` where the queue's state cannot be read. */
  readonly queue_status: QueueStatus["status"] | null;
  /** RFC 3339 with offset. */
  readonly launched_at: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** @param time writes a wall-clock time as RFC 3339 */
export function instanceRow(
  instance: Instance,
  queueStatus: QueueStatus["status"] | undefined,
  time: (wallMs: number) => string,
): InstanceRow {
  return {
    instance_id: instance.instanceId,
    name: instance.name ?? null,
    provider: instance.provider,
    state: instance.state,
    queue_id: instance.queueId,
    queue_status: queueStatus ?? null,
    launched_at: time(Date.parse(instance.launchedAt)),
    tags: instance.tags,
  };
}
