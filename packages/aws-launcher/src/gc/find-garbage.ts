import type { AwsClients } from "../aws/aws-clients.js";
import { type Ec2Instance, isLive } from "../instances/ec2-instance.js";
import { findInstances } from "../instances/find-instances.js";
import { MADE_AT_TAG, MANAGED_TAG, NO_INGRESS_GROUP, SCHEDULE_GROUP } from "../plan/names.js";
import type { GcItem } from "./gc-report.js";

/** The instance itself and its schedule come first. */
const PAST_DEADLINE_MS = 5 * 60_000;
/** A launch that is under way somewhere has things before it has an instance. */
const YOUNG_MS = 30 * 60_000;

export interface RegionFindings {
  readonly items: readonly GcItem[];
  readonly warnings: readonly string[];
  /** Queues that have an instance which is not over. */
  readonly liveQueues: ReadonlySet<string>;
}

/** What nothing needs any more in one region. @throws SpawnError where the region cannot be looked at. */
export async function findInRegion(clients: AwsClients, nowMs: number): Promise<RegionFindings> {
  const { region } = clients;
  const live = (await findInstances(clients)).filter(isLive);
  const overdue = live.filter(({ deadline }) => Date.parse(deadline) + PAST_DEADLINE_MS < nowMs);
  const needed = live.filter((instance) => !overdue.includes(instance));
  const liveQueues = new Set(needed.map(({ queueId }) => queueId));
  const parts = await Promise.all([
    oldParameters(clients, liveQueues, nowMs),
    oldSchedules(clients, live, nowMs),
    oldGroups(clients, liveQueues, live, nowMs),
    unusedKeys(clients, live, nowMs),
  ]);
  return {
    items: [
      ...overdue.map(({ instanceId, deadline, queueId }) => ({
        kind: "instance" as const,
        region,
        id: instanceId,
        reason: `of ${queueId}, was to end at ${deadline}`,
      })),
      ...parts.flat(),
    ],
    warnings: live
      .filter(({ deadline }) => deadline === "unreadable")
      .map(
        ({ instanceId }) =>
          `${instanceId} in ${region}: its deadline cannot be read from the tag spawn:ttl-expires-at; end it with spawn terminate ${instanceId}, or set the tag`,
      ),
    liveQueues,
  };
}

async function oldParameters(
  clients: AwsClients,
  liveQueues: ReadonlySet<string>,
  nowMs: number,
): Promise<readonly GcItem[]> {
  const ssm = await clients.ssm();
  const newest = new Map<string, number>();
  let NextToken: string | undefined;
  do {
    const query = { Path: "/spawn/", Recursive: true, WithDecryption: false };
    const page = await ssm.getParametersByPath({
      ...query,
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    for (const { Name = "", LastModifiedDate } of page.Parameters ?? []) {
      const queueId = /^\/spawn\/([^/]+)\/env\/[^/]+$/.exec(Name)?.[1];
      if (queueId === undefined) continue;
      newest.set(queueId, Math.max(newest.get(queueId) ?? 0, LastModifiedDate?.getTime() ?? nowMs));
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return [...newest]
    .filter(([queueId, ms]) => !liveQueues.has(queueId) && nowMs - ms > YOUNG_MS)
    .map(([id]) => ({ kind: "parameters", region: clients.region, id, reason: "the queue has no instance" }));
}

async function oldSchedules(
  clients: AwsClients,
  live: readonly Ec2Instance[],
  nowMs: number,
): Promise<readonly GcItem[]> {
  const scheduler = await clients.scheduler();
  const liveIds = new Set(live.map(({ instanceId }) => instanceId));
  const items: GcItem[] = [];
  let NextToken: string | undefined;
  do {
    const page = await scheduler.listSchedules({
      NamePrefix: "spawn-i-",
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    for (const { Name = "", GroupName, CreationDate } of page.Schedules ?? []) {
      if (GroupName !== SCHEDULE_GROUP || !Name.startsWith("spawn-i-")) continue;
      const instanceId = Name.slice("spawn-".length);
      const young = nowMs - (CreationDate?.getTime() ?? nowMs) <= YOUNG_MS;
      if (liveIds.has(instanceId) || young) continue;
      items.push({
        kind: "schedule",
        region: clients.region,
        id: instanceId,
        reason: "its instance is gone",
      });
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return items;
}

async function oldGroups(
  clients: AwsClients,
  liveQueues: ReadonlySet<string>,
  live: readonly Ec2Instance[],
  nowMs: number,
): Promise<readonly GcItem[]> {
  const busy = new Set([...liveQueues, ...live.map(({ queueId }) => queueId)]);
  const { SecurityGroups = [] } = await (await clients.ec2()).describeSecurityGroups({
    Filters: [{ Name: `tag:${MANAGED_TAG}`, Values: ["true"] }],
  });
  return SecurityGroups.flatMap(({ GroupId = "", GroupName, Tags = [] }) => {
    const tag = (key: string): string | undefined => Tags.find(({ Key }) => Key === key)?.Value;
    const queueId = tag("spawn:queue-id");
    if (nowMs - Date.parse(tag(MADE_AT_TAG) ?? "") <= YOUNG_MS) return [];
    if (GroupName === NO_INGRESS_GROUP || queueId === undefined || busy.has(queueId)) return [];
    return [
      {
        kind: "security-group" as const,
        region: clients.region,
        id: GroupId,
        reason: `${queueId} has no instance`,
      },
    ];
  });
}

async function unusedKeys(
  clients: AwsClients,
  live: readonly Ec2Instance[],
  nowMs: number,
): Promise<readonly GcItem[]> {
  const used = new Set(live.map(({ keyName }) => keyName));
  const { KeyPairs = [] } = await (await clients.ec2()).describeKeyPairs({
    Filters: [{ Name: `tag:${MANAGED_TAG}`, Values: ["true"] }],
  });
  return KeyPairs.filter(
    ({ KeyName, CreateTime }) => !used.has(KeyName) && nowMs - (CreateTime?.getTime() ?? nowMs) > YOUNG_MS,
  ).map(({ KeyName = "" }) => ({
    kind: "key-pair",
    region: clients.region,
    id: KeyName,
    reason: "no instance uses it",
  }));
}

/** Roles belong to no region, their queues to one each: those whose region was not looked at are left alone. */
export async function findRoles(
  clients: AwsClients,
  liveQueues: ReadonlyMap<string, ReadonlySet<string>>,
  nowMs: number,
): Promise<readonly GcItem[]> {
  const iam = await clients.iam();
  const items: GcItem[] = [];
  let Marker: string | undefined;
  do {
    const page = await iam.listRoles(Marker === undefined ? {} : { Marker });
    for (const { RoleName = "", CreateDate } of page.Roles ?? []) {
      if (!/^spawn-.+-[0-9a-f]{8}$/.test(RoleName)) continue;
      if (nowMs - (CreateDate?.getTime() ?? nowMs) <= YOUNG_MS) continue;
      const { Tags = [] } = await iam.listRoleTags({ RoleName });
      const tag = (key: string): string | undefined => Tags.find(({ Key }) => Key === key)?.Value;
      const [queueId, region] = [tag("spawn:queue-id"), tag("spawn:region")];
      if (tag(MANAGED_TAG) !== "true" || queueId === undefined || region === undefined) continue;
      if (liveQueues.get(region)?.has(queueId) ?? true) continue;
      items.push({
        kind: "role",
        region: "",
        id: RoleName,
        reason: `${queueId} has no instance in ${region}`,
      });
    }
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker !== undefined);
  return items;
}
