import { queueKeys, type ResultStore } from "@spawn/result-store";
import type { Ec2Instance } from "../instances/ec2-instance.js";
import { readStoredInstance } from "../launch/stored-instance.js";
import { lastSign } from "./last-sign.js";
import { type PaidInstance, paidInstance, storedPaidInstance } from "./paid-instance.js";

export interface QueueInstances {
  /** Newest first. */
  readonly instances: readonly PaidInstance[];
  /** How many more the queue had, of which nothing is known any more. */
  readonly forgotten: number;
}

/**
 * All instances that a queue was launched on: those of which EC2 tells, and those before, by what the result store says.
 *
 * @param told by EC2, of this queue; `undefined` where it could not be asked
 * @throws SpawnError `permission-denied`, `store-failed`.
 */
export async function queueInstances(
  store: ResultStore,
  queueId: string,
  told: readonly Ec2Instance[] | undefined,
): Promise<QueueInstances> {
  const [bytes, sign] = await Promise.all([
    store.readBytes(queueKeys(queueId).instance),
    lastSign(store, queueId),
  ]);
  const newest = readStoredInstance(bytes);
  const stored = newest === undefined ? [] : [newest, ...(newest.earlier ?? [])];
  const known = new Map((told ?? []).map((instance) => [instance.instanceId, paidInstance(instance, sign)]));
  for (const facts of stored) {
    if (known.has(facts.instance_id)) continue;
    // Those before the newest are over, whatever EC2 would say.
    const state = told === undefined && facts === newest ? "unknown" : "gone";
    known.set(facts.instance_id, storedPaidInstance(queueId, facts, state, sign));
  }
  const instances = [...known.values()].sort((a, b) => Date.parse(b.launchedAt) - Date.parse(a.launchedAt));
  const generations = instances.map(({ generation }) => generation).filter(Number.isSafeInteger);
  const forgotten = Math.max(0, ...generations) - new Set(generations).size;
  return { instances, forgotten: Math.max(0, forgotten) };
}
