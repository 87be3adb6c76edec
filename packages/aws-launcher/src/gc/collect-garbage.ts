import { type Clock, SpawnError, unreachable } from "@spawn/foundation";
import type { AwsClients } from "../aws/aws-clients.js";
import { explainAwsError } from "../aws/aws-errors.js";
import { removeCarried } from "../carried/carried-parameters.js";
import { removeGuard } from "../guard/deadline-schedule.js";
import { endInstance } from "../instances/find-instances.js";
import { removeInstanceRole } from "../role/instance-role.js";
import { findInRegion, findRoles, type RegionFindings } from "./find-garbage.js";
import type { GcItem, GcReport } from "./gc-report.js";

const REGIONS_AT_ONCE = 6;

export interface GcOptions {
  readonly clients: AwsClients;
  readonly clock: Clock;
  /** Only says what there is. */
  readonly dryRun: boolean;
}

/**
 * Looks in all regions of the account for what nothing needs any more, and removes it: instances past their deadline, and
 * roles, variables, schedules, ssh groups and keys of queues that have no instance. Where it could not look is said.
 */
export async function collectGarbage({ clients, clock, dryRun }: GcOptions): Promise<GcReport> {
  const notLookedAt: { place: string; reason: string }[] = [];
  const looked = new Map<string, RegionFindings>();
  const regions = await enabledRegions(clients, notLookedAt);
  for (let at = 0; at < regions.length; at += REGIONS_AT_ONCE) {
    await Promise.all(
      regions.slice(at, at + REGIONS_AT_ONCE).map(async (region) => {
        const there = region === clients.region ? clients : clients.inRegion(region);
        try {
          looked.set(region, await findInRegion(there, clock.wallMs()));
        } catch (error) {
          notLookedAt.push({
            place: region,
            reason: explainAwsError("it cannot be looked at", error).message,
          });
        } finally {
          if (there !== clients) await there.close();
        }
      }),
    );
  }
  const liveQueues = new Map([...looked].map(([region, { liveQueues }]) => [region, liveQueues]));
  const all = [...looked.values(), await findRoles(clients, liveQueues, clock.wallMs())];
  const found = all.flatMap(({ items }) => items);
  const removal = dryRun ? { removed: [], failed: [] } : await removeAll(clients, clock, found);
  return {
    found,
    young: all.flatMap(({ young }) => young),
    ...removal,
    notLookedAt: [...notLookedAt, ...all.flatMap((findings) => findings.notLookedAt)],
    warnings: [...looked.values()].flatMap(({ warnings }) => warnings),
  };
}

async function enabledRegions(
  clients: AwsClients,
  notLookedAt: { place: string; reason: string }[],
): Promise<readonly string[]> {
  try {
    const { Regions = [] } = await (await clients.ec2()).describeRegions({});
    return Regions.flatMap(({ RegionName }) => RegionName ?? []).sort();
  } catch (error) {
    const { message } = explainAwsError("the regions cannot be listed", error);
    notLookedAt.push({ place: `all regions but ${clients.region}`, reason: message });
    return [clients.region];
  }
}

async function removeAll(
  clients: AwsClients,
  clock: Clock,
  items: readonly GcItem[],
): Promise<Pick<GcReport, "removed" | "failed">> {
  const removed: GcItem[] = [];
  const failed: { item: GcItem; message: string }[] = [];
  for (const item of items) {
    const there =
      item.region === "" || item.region === clients.region ? clients : clients.inRegion(item.region);
    try {
      await removeItem(there, clock, item);
      removed.push(item);
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      failed.push({ item, message: error.message });
    } finally {
      if (there !== clients) await there.close();
    }
  }
  return { removed, failed };
}

async function removeItem(clients: AwsClients, clock: Clock, { kind, id }: GcItem): Promise<void> {
  switch (kind) {
    case "instance":
      await endInstance(clients, clock, id);
      return removeGuard(clients, id);
    case "role":
      return removeInstanceRole(clients, clock, id);
    case "parameters":
      return removeCarried(clients, id);
    case "schedule":
      return removeGuard(clients, id);
    case "security-group":
      return explained(`the security group ${id}`, async () =>
        (await clients.ec2()).deleteSecurityGroup({ GroupId: id }),
      );
    case "key-pair":
      return explained(`the key ${id}`, async () => (await clients.ec2()).deleteKeyPair({ KeyName: id }));
    default:
      return unreachable(kind);
  }
}

async function explained(what: string, remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    throw explainAwsError(`${what} cannot be removed`, error);
  }
}
