import type { InstanceState } from "@spawn/launcher";

/** What a reference is compared with. */
export interface Findable {
  readonly instanceId: string;
  readonly queueId: string;
  readonly name?: string;
  /** Unsaid where only EC2 knows. */
  readonly state?: InstanceState;
}

/**
 * Finds the instance that a reference means: an instance id, `last`, a name (the instance that runs under it, else the newest
 * that is not terminated), or a queue id (then the newest of its instances).
 *
 * @param instances newest first
 */
export function findInstance<Found extends Findable>(
  instances: readonly Found[],
  ref: string,
): Found | undefined {
  if (ref === "last") return instances[0];
  const byId = instances.find((instance) => instance.instanceId === ref);
  if (byId !== undefined) return byId;
  const named = instances.filter((instance) => instance.name === ref && instance.state !== "terminated");
  const running = named.find((instance) => instance.state === "running");
  return running ?? named[0] ?? instances.find((instance) => instance.queueId === ref);
}
