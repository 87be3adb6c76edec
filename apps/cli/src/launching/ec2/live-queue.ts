import {
  type Ec2Instance,
  findInstances,
  isLive,
  readStoredInstance,
  refuseBeingLaunched,
  systemProcesses,
} from "@spawn/aws-launcher";
import { SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import type { Ec2Access } from "../../aws/ec2-access.js";
import type { Context } from "../../context.js";

/**
 * Refuses what would come in the way of a queue's instance: it may be in another region than this one.
 *
 * @throws SpawnError `already-running`.
 */
export async function refuseLiveQueue(
  context: Context,
  access: Ec2Access,
  store: ResultStore,
  queueId: string,
): Promise<void> {
  const stored = readStoredInstance(await store.readBytes(queueKeys(queueId).instance));
  const regions = new Set([access.region, ...(stored === undefined ? [] : [stored.region])]);
  for (const region of regions) {
    const { clients } = region === access.region ? access : await context.ec2(region);
    const live = (await findInstances(clients, queueId)).find(isLive);
    if (live !== undefined) throw alreadyRunning(live);
  }
  const { clock } = context;
  await refuseBeingLaunched({ store, clock, processes: systemProcesses() }, queueId, stored?.generation ?? 0);
}

function alreadyRunning({ queueId, instanceId, state, region }: Ec2Instance): SpawnError {
  const goesOn =
    state === "stopped"
      ? `Started, it goes on with what was interrupted: aws ec2 start-instances --instance-ids ${instanceId} --region ${region}`
      : `Watch it: spawn queue status ${instanceId} --watch`;
  return new SpawnError(
    "already-running",
    `${queueId} has an instance: ${instanceId} in ${region} (${state})`,
    {
      hint: `${goesOn}; or end it: spawn terminate ${instanceId}`,
    },
  );
}
