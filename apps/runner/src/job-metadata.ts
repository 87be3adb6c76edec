import { jobDetail, type QueueFold } from "@spawn/status-model";
import type { QueueClock } from "./queue-clock.js";

/** Whose job it is, and what is known of it. */
export interface MetadataSource {
  readonly queueId: string;
  readonly instanceId: string;
  readonly fold: QueueFold;
  readonly clock: QueueClock;
}

/** What `metadata.json` says of a job: its entry in the status, and where it ran. */
export function jobMetadata(source: MetadataSource, job: string): Readonly<Record<string, unknown>> {
  const { queueId, instanceId, fold, clock } = source;
  const detail = jobDetail(fold, job, { wallMs: clock.wallMs(), t: clock.now() });
  return { schema_version: 1, queue_id: queueId, instance_id: instanceId, ...detail };
}
