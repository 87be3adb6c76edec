import type { Instance as AwsInstance, RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import { type Clock, SpawnError } from "@spawn/foundation";
import type { AwsClients } from "../aws/aws-clients.js";
import { awsErrorName, awsMessage, explainAwsError, kindOf } from "../aws/aws-errors.js";
import { patiently } from "../aws/patience.js";
import { type LaunchPlan, type Rung, runInstancesInput, type Surroundings } from "../plan/launch-plan.js";
import { quotaFamily } from "../plan/quota-family.js";
import type { LaunchEvent } from "./launch-events.js";

/** How long a profile or group that was just made may take to be known everywhere, and an unknown outcome to clear up. */
const SETTLE_MS = 120_000;

export interface MakeOptions {
  readonly clients: AwsClients;
  readonly clock: Clock;
  readonly plan: LaunchPlan;
  /** What the instance of a rung has around it. */
  readonly around: (rung: Rung) => Promise<Surroundings>;
  /** Writes a request down; it is on the disk before the request is sent. */
  readonly note: (request: RunInstancesCommandInput) => void;
  readonly tell: (event: LaunchEvent) => void;
}

export interface MadeInstance {
  readonly instanceId: string;
  readonly rung: Rung;
  readonly aws: AwsInstance;
}

/** Thrown where nobody can tell whether there is an instance now. */
export class OutcomeUnknown extends SpawnError {
  constructor(cause: unknown) {
    super("aws-failed", `AWS did not say whether it made the instance: ${awsMessage(cause)}`, {
      hint: "The next spawn command ends it if it is there; it would end by itself at its deadline.",
      cause,
    });
  }
}

/**
 * Makes one instance, on the first rung that has capacity. Never on to another rung while the outcome of the last
 * request is unknown: the same request is sent again, and its token lets AWS make no second instance of it. What a quota
 * refuses is not asked for again in another zone; a smaller type, another family or market may still fit.
 *
 * @throws SpawnError `no-capacity` when every rung refused, `quota-exceeded` when quotas did, `permission-denied`,
 * `aws-failed`; `OutcomeUnknown`.
 */
export async function makeInstance(options: MakeOptions): Promise<MadeInstance> {
  const { plan, tell } = options;
  const refusals: Refusal[] = [];
  for (const rung of plan.rungs) {
    if (refusals.some((refusal) => isRefusedToo(rung, refusal))) continue;
    const { instanceType, zone, market } = rung;
    const request = runInstancesInput(plan, rung, await options.around(rung));
    options.note(request);
    tell({ type: "requesting", instanceType, zone, market });
    try {
      const aws = await sendUntilKnown(options, request);
      if (aws.InstanceId === undefined) throw new OutcomeUnknown(new Error("an instance without an id"));
      return { instanceId: aws.InstanceId, rung, aws };
    } catch (error) {
      if (error instanceof SpawnError) throw error;
      const isQuota = QUOTA_OF_FAMILY.test(awsErrorName(error));
      if (!isQuota && !["capacity", "not-offered"].includes(kindOf(error))) {
        throw explainAwsError(`${instanceType} in ${zone} (${market}) cannot be launched`, error);
      }
      const reason = awsMessage(error);
      refusals.push({ rung, reason, isQuota });
      tell({ type: "refused", instanceType, zone, market, reason });
    }
  }
  throw nothingToBeHad(refusals);
}

/** Those that count the instances or vCPUs of a family and market. */
const QUOTA_OF_FAMILY = /^(VcpuLimitExceeded|InstanceLimitExceeded|MaxSpotInstanceCountExceeded)$/;

interface Refusal {
  readonly rung: Rung;
  /** AWS's own words. */
  readonly reason: string;
  readonly isQuota: boolean;
}

/** Whether a quota that refused one refuses the other: what is as large, of the same family and market. */
function isRefusedToo(rung: Rung, { rung: refused, isQuota }: Refusal): boolean {
  const family = ({ instanceType }: Rung): string => quotaFamily(instanceType).name;
  return (
    isQuota && rung.market === refused.market && rung.cpus >= refused.cpus && family(rung) === family(refused)
  );
}

function nothingToBeHad(refusals: readonly Refusal[]): SpawnError {
  const lines = refusals.map(
    ({ rung, reason }) => `  ${rung.instanceType} in ${rung.zone} (${rung.market}): ${reason}`,
  );
  const isQuota = refusals.length > 0 && refusals.every((refusal) => refusal.isQuota);
  return new SpawnError(
    isQuota ? "quota-exceeded" : "no-capacity",
    `no instance can be had:\n${lines.join("\n")}`,
    {
      hint: isQuota
        ? "Raise the quota in the Service Quotas console, under Amazon EC2, end other instances, or name smaller types (--instance-type a,b,c)."
        : "Name more types (--instance-type a,b,c), try another region, or try again later.",
    },
  );
}

async function sendUntilKnown(
  { clients, clock, tell }: MakeOptions,
  request: RunInstancesCommandInput,
): Promise<AwsInstance> {
  const ec2 = await clients.ec2Once();
  let unknown: unknown;
  const worthwhile = (error: unknown): boolean => {
    const passing = passingReason(error);
    if (passing !== undefined) tell({ type: "waiting", reason: passing });
    return passing !== undefined;
  };
  try {
    return await patiently({ clock, withinMs: SETTLE_MS, worthwhile }, async () => {
      try {
        const { Instances = [] } = await ec2.runInstances(request);
        const [made] = Instances;
        if (made === undefined) throw new OutcomeUnknown(new Error("an empty answer"));
        return made;
      } catch (error) {
        const kind = kindOf(error);
        if (kind === "unknown-outcome") unknown = error;
        // Any refusal that came of this very request's content answers for the ones before, too: one token, one outcome.
        else if (kind !== "throttled") unknown = undefined;
        throw error;
      }
    });
  } catch (error) {
    if (unknown !== undefined) throw new OutcomeUnknown(unknown);
    throw error;
  }
}

/** Why a refusal may pass by itself, if it may. */
function passingReason(error: unknown): string | undefined {
  const kind = kindOf(error);
  if (error instanceof SpawnError) return undefined;
  if (kind === "unknown-outcome") return `no answer from AWS: ${awsMessage(error)}; asking again`;
  if (kind === "throttled") return "AWS asks for patience";
  if (/iam instance profile/i.test(awsMessage(error))) return "the new role is not known everywhere yet";
  if (kind === "not-found") return `not known everywhere yet: ${awsMessage(error)}`;
  return undefined;
}
