import type { DescribeInstancesCommandInput, Filter } from "@aws-sdk/client-ec2";
import { type Clock, SpawnError } from "@spawn/foundation";
import type { AwsClients } from "../aws/aws-clients.js";
import { explainAwsError, kindOf } from "../aws/aws-errors.js";
import { patiently } from "../aws/patience.js";
import { MANAGED_TAG } from "../plan/names.js";
import { type Ec2Instance, readInstance } from "./ec2-instance.js";

/** An instance that was just made is not known everywhere at once. */
const SETTLE_MS = 120_000;
/** As long as whoever asks for an instance is kept waiting for it. */
const WAITED_FOR_MS = 30_000;

/** All that spawn made in the region, those of one queue if one is given; newest first. */
export function findInstances(clients: AwsClients, queueId?: string): Promise<readonly Ec2Instance[]> {
  const Filters: Filter[] = [{ Name: `tag:${MANAGED_TAG}`, Values: ["true"] }];
  if (queueId !== undefined) Filters.push({ Name: "tag:spawn:queue-id", Values: [queueId] });
  return describe(clients, { Filters });
}

/** @throws SpawnError `instance-not-found`, also for an instance that spawn did not make. */
export async function findInstance(clients: AwsClients, instanceId: string): Promise<Ec2Instance> {
  const found = await describe(clients, { InstanceIds: [instanceId] }).catch((error: unknown) => {
    if (error instanceof SpawnError && /InvalidInstanceID/.test(String(error.cause))) return [];
    throw error;
  });
  const [instance] = found;
  if (instance?.tags[MANAGED_TAG] === "true") return instance;
  throw new SpawnError("instance-not-found", `no instance ${instanceId} of spawn's in ${clients.region}`, {
    hint: "See what there is: spawn list",
  });
}

/** What tells whether an instance was made just now. */
export interface MadeHere {
  readonly clients: AwsClients;
  readonly clock: Clock;
  /** When an instance was launched from here, in milliseconds since the Unix epoch; `undefined` where it was not. */
  readonly launchedAtMs?: ((instanceId: string) => number | undefined) | undefined;
}

/**
 * As `findInstance`, but an instance that was launched from here a moment ago is waited for.
 *
 * @throws SpawnError as `findInstance`.
 */
export function findMadeInstance(
  { clients, clock, launchedAtMs }: MadeHere,
  instanceId: string,
): Promise<Ec2Instance> {
  const isNew = clock.wallMs() - (launchedAtMs?.(instanceId) ?? Number.NEGATIVE_INFINITY) < SETTLE_MS;
  const worthwhile = (error: unknown): boolean =>
    isNew && error instanceof SpawnError && error.code === "instance-not-found";
  return patiently({ clock, withinMs: WAITED_FOR_MS, worthwhile }, () => findInstance(clients, instanceId));
}

async function describe(
  clients: AwsClients,
  query: DescribeInstancesCommandInput,
): Promise<readonly Ec2Instance[]> {
  const ec2 = await clients.ec2();
  const found: Ec2Instance[] = [];
  try {
    let NextToken: string | undefined;
    do {
      const page = await ec2.describeInstances({
        ...query,
        ...(NextToken === undefined ? {} : { NextToken }),
      });
      for (const { Instances = [], OwnerId } of page.Reservations ?? []) {
        const place = { region: clients.region, account: OwnerId };
        found.push(...Instances.flatMap((aws) => readInstance(aws, place) ?? []));
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
  } catch (error) {
    throw explainAwsError(`the instances in ${clients.region} cannot be listed`, error);
  }
  return found.sort((a, b) => (a.launchedAt < b.launchedAt ? 1 : a.launchedAt > b.launchedAt ? -1 : 0));
}

/** Ends an instance at once; one that is not known yet is waited for, one that is gone is no error. */
export async function endInstance(clients: AwsClients, clock: Clock, instanceId: string): Promise<void> {
  const ec2 = await clients.ec2();
  const worthwhile = (error: unknown): boolean =>
    kindOf(error) === "not-found" || kindOf(error) === "unknown-outcome" || kindOf(error) === "throttled";
  try {
    await patiently({ clock, withinMs: SETTLE_MS, worthwhile }, () =>
      ec2.terminateInstances({ InstanceIds: [instanceId] }),
    );
  } catch (error) {
    if (kindOf(error) === "not-found") return;
    throw explainAwsError(`${instanceId} cannot be terminated`, error);
  }
}
