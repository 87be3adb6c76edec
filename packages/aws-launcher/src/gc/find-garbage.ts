import type { AwsClients } from "../aws/aws-clients.js";
import { explainAwsError } from "../aws/aws-errors.js";
import { type Ec2Instance, isLive } from "../instances/ec2-instance.js";
import { findInstances } from "../instances/find-instances.js";
import { MADE_AT_TAG, MANAGED_TAG, NO_INGRESS_GROUP, SCHEDULE_GROUP } from "../plan/names.js";
import type { GcItem, GcReport } from "./gc-report.js";

/** The instance itself and its schedule come first. */
const PAST_DEADLINE_MS = 5 * 60_000;
/** A launch that is under way somewhere has things before it has an instance. */
const YOUNG_MS = 30 * 60_000;

/** Something that nothing seems to need. */
interface Candidate extends GcItem {
  /** Milliseconds since the Unix epoch; absent where AWS does not say, which counts as just now. */
  readonly madeMs: number | undefined;
}

export interface Findings extends Pick<GcReport, "young" | "notLookedAt"> {
  readonly items: readonly GcItem[];
}

export interface RegionFindings extends Findings {
  readonly warnings: readonly string[];
  /** Queues that have an instance which is not over. */
  readonly liveQueues: ReadonlySet<string>;
}

/**
 * What nothing needs any more in one region. A kind of thing that cannot be looked at hides no other; without the instances,
 * nothing can be said.
 *
 * @throws SpawnError where the instances cannot be looked at.
 */
export async function findInRegion(clients: AwsClients, nowMs: number): Promise<RegionFindings> {
  const { region } = clients;
  const live = (await findInstances(clients)).filter(isLive);
  const overdue = live.filter(({ deadline }) => Date.parse(deadline) + PAST_DEADLINE_MS < nowMs);
  const needed = live.filter((instance) => !overdue.includes(instance));
  const liveQueues = new Set(needed.map(({ queueId }) => queueId));
  const parts = await Promise.all([
    lookAt(`carried variables in ${region}`, nowMs, () => parameters(clients, liveQueues)),
    lookAt(`schedules in ${region}`, nowMs, () => schedules(clients, live)),
    lookAt(`security groups in ${region}`, nowMs, () => groups(clients, liveQueues, live)),
    lookAt(`key pairs in ${region}`, nowMs, () => keys(clients, live)),
  ]);
  const ended = overdue.map(({ instanceId, deadline, queueId }) => ({
    kind: "instance" as const,
    region,
    id: instanceId,
    reason: `of ${queueId}, was to end at ${deadline}`,
  }));
  return {
    items: [...ended, ...parts.flatMap(({ items }) => items)],
    young: parts.flatMap(({ young }) => young),
    notLookedAt: parts.flatMap(({ notLookedAt }) => notLookedAt),
    warnings: live
      .filter(({ deadline }) => deadline === "unreadable")
      .map(
        ({ instanceId }) =>
          `${instanceId} in ${region}: its deadline cannot be read from the tag spawn:ttl-expires-at; end it with spawn terminate ${instanceId}, or set the tag`,
      ),
    liveQueues,
  };
}

/** Roles belong to no region, their queues to one each: those whose region was not looked at are left alone. */
export async function findRoles(
  clients: AwsClients,
  liveQueues: ReadonlyMap<string, ReadonlySet<string>>,
  nowMs: number,
): Promise<Findings> {
  return lookAt("roles", nowMs, () => roles(clients, liveQueues));
}

async function lookAt(
  place: string,
  nowMs: number,
  find: () => Promise<readonly Candidate[]>,
): Promise<Findings> {
  try {
    const candidates = await find();
    const isYoung = ({ madeMs = nowMs }: Candidate): boolean => nowMs - madeMs <= YOUNG_MS;
    const plain = ({ madeMs: _madeMs, ...item }: Candidate): GcItem => item;
    return {
      items: candidates.filter((candidate) => !isYoung(candidate)).map(plain),
      young: candidates.filter(isYoung).map(plain),
      notLookedAt: [],
    };
  } catch (error) {
    const reason = explainAwsError("they cannot be listed", error).message;
    return { items: [], young: [], notLookedAt: [{ place, reason }] };
  }
}

async function parameters(
  clients: AwsClients,
  liveQueues: ReadonlySet<string>,
): Promise<readonly Candidate[]> {
  const { region } = clients;
  const ssm = await clients.ssm();
  const newest = new Map<string, number | undefined>();
  let NextToken: string | undefined;
  do {
    const query = { Path: "/spawn/", Recursive: true, WithDecryption: false };
    const page = await ssm.getParametersByPath({
      ...query,
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    for (const { Name = "", LastModifiedDate } of page.Parameters ?? []) {
      const queueId = /^\/spawn\/([^/]+)\/env\/[^/]+$/.exec(Name)?.[1];
      if (queueId === undefined || liveQueues.has(queueId)) continue;
      newest.set(queueId, later(newest.has(queueId) ? newest.get(queueId) : 0, LastModifiedDate?.getTime()));
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return [...newest].map(([id, madeMs]) => ({
    ...{ kind: "parameters", region, id, madeMs },
    reason: "the queue has no instance",
  }));
}

function later(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : Math.max(one, other);
}

async function schedules(clients: AwsClients, live: readonly Ec2Instance[]): Promise<readonly Candidate[]> {
  const { region } = clients;
  const scheduler = await clients.scheduler();
  const liveIds = new Set(live.map(({ instanceId }) => instanceId));
  const found: Candidate[] = [];
  let NextToken: string | undefined;
  do {
    const page = await scheduler.listSchedules({
      NamePrefix: "spawn-i-",
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    for (const { Name = "", GroupName, CreationDate } of page.Schedules ?? []) {
      if (GroupName !== SCHEDULE_GROUP || !Name.startsWith("spawn-i-")) continue;
      const id = Name.slice("spawn-".length);
      if (liveIds.has(id)) continue;
      const madeMs = CreationDate?.getTime();
      found.push({ kind: "schedule", region, id, madeMs, reason: "its instance is gone" });
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

async function groups(
  clients: AwsClients,
  liveQueues: ReadonlySet<string>,
  live: readonly Ec2Instance[],
): Promise<readonly Candidate[]> {
  const { region } = clients;
  const busy = new Set([...liveQueues, ...live.map(({ queueId }) => queueId)]);
  const { SecurityGroups = [] } = await (await clients.ec2()).describeSecurityGroups({
    Filters: [{ Name: `tag:${MANAGED_TAG}`, Values: ["true"] }],
  });
  return SecurityGroups.flatMap(({ GroupId: id = "", GroupName, Tags = [] }) => {
    const tag = (key: string): string | undefined => Tags.find(({ Key }) => Key === key)?.Value;
    const queueId = tag("spawn:queue-id");
    if (GroupName === NO_INGRESS_GROUP || queueId === undefined || busy.has(queueId)) return [];
    // Without that tag it is old: it is put on in the call that makes the group.
    const madeMs = Date.parse(tag(MADE_AT_TAG) ?? "") || 0;
    return [{ kind: "security-group" as const, region, id, madeMs, reason: `${queueId} has no instance` }];
  });
}

async function keys(clients: AwsClients, live: readonly Ec2Instance[]): Promise<readonly Candidate[]> {
  const { region } = clients;
  const used = new Set(live.map(({ keyName }) => keyName));
  const { KeyPairs = [] } = await (await clients.ec2()).describeKeyPairs({
    Filters: [{ Name: `tag:${MANAGED_TAG}`, Values: ["true"] }],
  });
  return KeyPairs.filter(({ KeyName }) => !used.has(KeyName)).map(({ KeyName: id = "", CreateTime }) => ({
    ...{ kind: "key-pair", region, id, madeMs: CreateTime?.getTime() },
    reason: "no instance uses it",
  }));
}

async function roles(
  clients: AwsClients,
  liveQueues: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<readonly Candidate[]> {
  const iam = await clients.iam();
  const found: Candidate[] = [];
  let Marker: string | undefined;
  do {
    const page = await iam.listRoles(Marker === undefined ? {} : { Marker });
    for (const { RoleName: id = "", CreateDate } of page.Roles ?? []) {
      if (!/^spawn-.+-[0-9a-f]{8}$/.test(id)) continue;
      const { Tags = [] } = await iam.listRoleTags({ RoleName: id });
      const tag = (key: string): string | undefined => Tags.find(({ Key }) => Key === key)?.Value;
      const [queueId, region] = [tag("spawn:queue-id"), tag("spawn:region")];
      if (tag(MANAGED_TAG) !== "true" || queueId === undefined || region === undefined) continue;
      if (liveQueues.get(region)?.has(queueId) ?? true) continue;
      const reason = `${queueId} has no instance in ${region}`;
      found.push({ kind: "role", region: "", id, madeMs: CreateDate?.getTime(), reason });
    }
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker !== undefined);
  return found;
}
