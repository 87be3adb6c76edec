import type { Ec2Instance } from "@spawn/aws-launcher";
import type { InstanceFacts } from "@spawn/launcher";
import type { QueueStatus } from "@spawn/status-model";

/** An instance as `spawn list --json` gives it. */
export interface InstanceRow {
  readonly instance_id: string;
  readonly name: string | null;
  readonly provider: InstanceFacts["provider"];
  readonly state: InstanceFacts["state"];
  readonly queue_id: string;
  /** `null` where the queue's state cannot be read. */
  readonly queue_status: QueueStatus["status"] | null;
  /** RFC 3339 with offset. */
  readonly launched_at: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Of an instance on EC2 alone, as all that follow. */
  readonly region?: string;
  readonly zone?: string;
  readonly instance_type?: string;
  readonly market?: Ec2Instance["market"];
  /** RFC 3339 with offset: when it ends, whatever its queue does; `null` where its tag holds no time. */
  readonly ttl_expires_at?: string | null;
  /** Where it stays though its queue is over: until when, and what it costs by the hour, as far as that is known. */
  readonly kept_until?: string;
  readonly hourly_price?: number;
  readonly public_address?: string | null;
  readonly private_address?: string | null;
  readonly iam_profile?: string | null;
}

/** @param time writes a wall-clock time as RFC 3339 */
export function instanceRow(
  instance: InstanceFacts,
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

/** As `instanceRow`, with what EC2 tells. */
export function ec2InstanceRow(
  instance: Ec2Instance,
  queue: QueueStatus | undefined,
  time: (wallMs: number) => string,
): InstanceRow {
  const { region, zone, instanceType, market, deadline, publicAddress, privateAddress, profile } = instance;
  return {
    ...instanceRow(instance, queue?.status, time),
    ...{ region, zone, instance_type: instanceType, market },
    ttl_expires_at: deadline === "unreadable" ? null : time(Date.parse(deadline)),
    ...stayOf(instance, queue),
    public_address: publicAddress ?? null,
    private_address: privateAddress ?? null,
    iam_profile: profile ?? null,
  };
}

function stayOf(
  { instanceId }: Ec2Instance,
  queue: QueueStatus | undefined,
): Pick<InstanceRow, "kept_until" | "hourly_price"> {
  // The queue may have gone on elsewhere.
  if (queue?.kept_until === undefined || queue.instance_id !== instanceId) return {};
  const { kept_until, hourly_price } = queue;
  return { kept_until, ...(hourly_price === undefined ? {} : { hourly_price }) };
}
