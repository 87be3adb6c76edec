import { SpawnError } from "@spawn/foundation";
import type { AwsClients } from "../aws/aws-clients.js";
import { isLive } from "../instances/ec2-instance.js";
import { findInstances } from "../instances/find-instances.js";
import { type Leftover, leftoverOf } from "../launch/leftovers.js";
import type { GcItem, GcReport } from "./gc-report.js";

/** What `reconcile` would end and remove of what killed launches left. */
export async function findLeftovers(
  clients: AwsClients,
  killed: readonly Leftover[],
): Promise<Pick<GcReport, "notLookedAt"> & { readonly items: readonly GcItem[] }> {
  const items: GcItem[] = [];
  const notLookedAt: { place: string; reason: string }[] = [];
  for (const leftover of killed) {
    try {
      items.push(...(await findLeftover(clients, leftover)));
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      const place = `what a killed launch of ${leftover.queue_id} left in ${leftover.region}`;
      notLookedAt.push({ place, reason: error.message });
    }
  }
  return { items, notLookedAt };
}

async function findLeftover(clients: AwsClients, leftover: Leftover): Promise<readonly GcItem[]> {
  const { queue_id: queueId, region, role } = leftover;
  const there = region === clients.region ? clients : clients.inRegion(region);
  try {
    const live = (await findInstances(there, queueId)).filter(isLive);
    const left = live.filter((instance) => leftoverOf([leftover], instance) !== undefined);
    const reason = `a killed launch of ${queueId} left it`;
    const items: GcItem[] = left.map(({ instanceId: id }) => ({ kind: "instance", region, id, reason }));
    // The role is the queue's: it stays while another instance has it.
    if (role !== null && left.length > 0 && left.length === live.length)
      items.push({ kind: "role", region: "", id: role, reason });
    return items;
  } finally {
    if (there !== clients) await there.close();
  }
}
