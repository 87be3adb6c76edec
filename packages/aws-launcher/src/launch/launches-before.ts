import { SpawnError } from "@spawn/foundation";
import { queueKeys } from "@spawn/result-store";
import { together } from "../aws/together.js";
import { lastSign } from "../costs/last-sign.js";
import type { Ec2Parts } from "../ec2-parts.js";
import { isLive } from "../instances/ec2-instance.js";
import { findInstances } from "../instances/find-instances.js";
import type { Ec2LaunchRequest } from "../request.js";
import { IntentFolder } from "./intent-file.js";
import { refuseBeingLaunched } from "./launch-claim.js";
import { type EarlierInstance, earlierInstance, readStoredInstance } from "./stored-instance.js";

/** What a queue was launched on before. */
export interface LaunchesBefore {
  /** Of the last launch; 0 where there was none. */
  readonly generation: number;
  /** Those of which the store tells, newest first. */
  readonly instances: readonly EarlierInstance[];
}

/** @throws SpawnError `already-running` while the queue has an instance that is not over, or is about to have one. */
export async function launchesBefore(
  parts: Ec2Parts,
  { queueId, isNew }: Pick<Ec2LaunchRequest, "queueId" | "isNew">,
): Promise<LaunchesBefore> {
  const { clients, store, stateFolder } = parts;
  const [told, stored] = await together([
    findInstances(clients, queueId),
    isNew ? undefined : store.readBytes(queueKeys(queueId).instance),
  ]);
  const live = told.find(isLive);
  if (live !== undefined) {
    throw new SpawnError(
      "already-running",
      `${queueId} has an instance already: ${live.instanceId} (${live.state})`,
      {
        hint: `Watch it: spawn queue status ${queueId}; or end it: spawn terminate ${live.instanceId}`,
      },
    );
  }
  const newest = readStoredInstance(stored);
  const last = isNew ? undefined : await refuseBeingLaunched(parts, queueId, newest?.generation ?? 0);
  const known = [
    newest?.generation ?? 0,
    last?.generation ?? 0,
    ...told.map(({ generation }) => generation),
    ...new IntentFolder(stateFolder)
      .read()
      .filter(({ queue_id, region }) => queue_id === queueId && region === clients.region)
      .map(({ generation }) => generation),
  ];
  const generation = Math.max(0, ...known.filter(Number.isSafeInteger));
  if (newest === undefined) return { generation, instances: [] };
  const sign = await lastSign(store, queueId);
  const lastKnown = sign?.instanceId === newest.instance_id ? sign.at : undefined;
  const endedAt = told.find(({ instanceId }) => instanceId === newest.instance_id)?.endedAt ?? lastKnown;
  return { generation, instances: [earlierInstance(newest, endedAt), ...(newest.earlier ?? [])] };
}
