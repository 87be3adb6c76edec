import type { Ec2Instance } from "@spawn/aws-launcher";
import { isValidId } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import { queueKeys } from "@spawn/result-store";
import type { Ec2Access } from "../aws/ec2-access.js";
import type { LaunchRecord } from "../aws/launch-records.js";
import { storePlace } from "../aws/store-root.js";
import type { Context } from "../context.js";
import { findInstance } from "./find-instance.js";
import type { Ec2Reference } from "./queue-reference.js";

/** A launch that was made from here. */
export function recordReference(record: LaunchRecord): Ec2Reference {
  const { queueId, storeRoot, region, account, instanceId } = record;
  return { kind: "ec2", queueId, storeRoot, region, account, instanceId, instance: undefined };
}

/**
 * Asks EC2, by id or by tags, then the region's result store. `undefined` where neither knows it.
 *
 * @param region by default the one that environment and settings say
 * @throws SpawnError where AWS cannot be asked.
 */
export async function findOnEc2(
  context: Context,
  ref: string,
  region?: string,
): Promise<Ec2Reference | undefined> {
  const ec2 = await context.ec2(region);
  const instance = /^i-[0-9a-f]+$/.test(ref) ? await findById(ec2, ref) : findInstance(await ec2.list(), ref);
  if (instance !== undefined) return instanceReference(instance);
  const storeRoot = isValidId(ref) ? await storeWith(context, ec2, ref) : undefined;
  if (storeRoot === undefined) return undefined;
  return {
    kind: "ec2",
    queueId: ref,
    storeRoot,
    region: ec2.region,
    account: await ec2.account(),
    instanceId: undefined,
    instance: undefined,
  };
}

export function instanceReference(instance: Ec2Instance): Ec2Reference {
  const { queueId, results, region, account, instanceId } = instance;
  const storeRoot = results.endsWith(`/${queueId}/`) ? results.slice(0, -`${queueId}/`.length) : results;
  return { kind: "ec2", queueId, storeRoot, region, account, instanceId, instance };
}

async function findById(ec2: Ec2Access, instanceId: string): Promise<Ec2Instance | undefined> {
  try {
    return await ec2.find(instanceId);
  } catch (error) {
    if (error instanceof SpawnError && error.code === "instance-not-found") return undefined;
    throw error;
  }
}

/** The store that launches from here would use, if it has the queue. */
async function storeWith(context: Context, ec2: Ec2Access, queueId: string): Promise<string | undefined> {
  const { storeRoot, isMissing } = await storePlace(ec2, {}, await context.settings());
  if (isMissing) return undefined;
  const store = await ec2.storeAt(storeRoot);
  const bytes = await store.readBytes(queueKeys(queueId).queueFile, { from: 0, to: 1 });
  return bytes === undefined ? undefined : storeRoot;
}
