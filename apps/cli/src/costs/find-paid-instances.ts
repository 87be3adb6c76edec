import {
  type Ec2Instance,
  lastSign,
  needsLastSign,
  type PaidInstance,
  paidInstance,
  queueInstances,
} from "@spawn/aws-launcher";
import { SpawnError } from "@spawn/foundation";
import type { Context } from "../context.js";
import { type Ec2Listing, listOnEc2 } from "../queues/ec2-instances.js";
import { instanceReference } from "../queues/find-on-ec2.js";
import type { Ec2Reference } from "../queues/queue-reference.js";
import { storeOf } from "../queues/store-of.js";

/** The instances that a question about costs is about. */
export interface PaidInstances {
  /** Newest first. */
  readonly instances: readonly PaidInstance[];
  /** How many more there were, of which nothing is known any more. */
  readonly forgotten: number;
  /** Regions of which EC2 did not tell. */
  readonly failures: Ec2Listing["failures"];
  /** No region is said anywhere, so that EC2 was not asked at all. */
  readonly isUnset: boolean;
}

/** All instances of which EC2 tells, in the regions that `list` looks at. */
export async function allPaidInstances(context: Context, region: string | undefined): Promise<PaidInstances> {
  const { instances, failures, isUnset } = await listOnEc2(context, region);
  const paid = await Promise.all(instances.map((instance) => paidByItsStore(context, instance)));
  paid.sort((a, b) => Date.parse(b.launchedAt) - Date.parse(a.launchedAt));
  return { instances: paid, forgotten: 0, failures, isUnset };
}

/**
 * The instances of one queue, by EC2 and by its result store; where EC2 cannot be asked, by the store alone.
 *
 * @throws SpawnError `permission-denied`, `store-failed`.
 */
export async function paidInstancesOf(context: Context, reference: Ec2Reference): Promise<PaidInstances> {
  const { region, queueId } = reference;
  const access = await context.ec2(region);
  const store = await storeOf(context, reference);
  const failures: { region: string; error: SpawnError }[] = [];
  const told = await access.list(queueId).catch((error: unknown) => {
    if (!(error instanceof SpawnError)) throw error;
    failures.push({ region, error });
    return undefined;
  });
  return { ...(await queueInstances(store, queueId, told)), failures, isUnset: false };
}

/** Of one that has ended and of which EC2 does not say when, its store may have the last sign. */
async function paidByItsStore(context: Context, instance: Ec2Instance): Promise<PaidInstance> {
  const reference = instanceReference(instance);
  const { queueId, storeRoot } = reference;
  if (!needsLastSign(instance) || queueId === "" || storeRoot === "")
    return paidInstance(instance, undefined);
  const store = await storeOf(context, reference);
  const sign = await lastSign(store, queueId).catch((error: unknown) => {
    // Then nobody knows, and that is what is shown.
    if (error instanceof SpawnError) return undefined;
    throw error;
  });
  return paidInstance(instance, sign);
}
