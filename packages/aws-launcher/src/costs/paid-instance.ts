import type { InstanceState } from "@spawn/launcher";
import { type Ec2Instance, isLive } from "../instances/ec2-instance.js";
import type { StoredInstanceFacts } from "../launch/stored-instance.js";
import type { LastSign } from "./last-sign.js";

/** Until when an instance is paid for. Times are RFC 3339. */
export type PaidUntil =
  /** It runs. */
  | { readonly kind: "now" }
  /** EC2 says when it stopped or ended. */
  | { readonly kind: "ended"; readonly at: string }
  /** The last that its result store has of it; it may have lived a little longer. */
  | { readonly kind: "last-sign"; readonly at: string }
  /** Nobody knows any more. */
  | { readonly kind: "unknown" };

/** An instance as far as its costs go. */
export interface PaidInstance {
  readonly instanceId: string;
  readonly queueId: string;
  readonly region: string;
  readonly zone: string;
  readonly instanceType: string;
  readonly market: "spot" | "on-demand";
  /** NaN where its tag cannot be read. */
  readonly generation: number;
  /** `gone`: EC2 tells no more of it. `unknown`: EC2 could not be asked. */
  readonly state: InstanceState | "gone" | "unknown";
  /** RFC 3339. */
  readonly launchedAt: string;
  readonly until: PaidUntil;
  /** RFC 3339, or `unreadable`. */
  readonly deadline: string;
}

/** Whether EC2 alone does not tell until when it is paid for. */
export function needsLastSign(instance: Ec2Instance): boolean {
  return !isPaidNow(instance) && instance.endedAt === undefined;
}

/** An instance of which EC2 tells. */
export function paidInstance(instance: Ec2Instance, sign: LastSign | undefined): PaidInstance {
  const { instanceId, queueId, region, zone, instanceType, market } = instance;
  const { generation, state, launchedAt, deadline, endedAt } = instance;
  const ended: PaidUntil = endedAt === undefined ? signOf(instanceId, sign) : { kind: "ended", at: endedAt };
  return {
    ...{ instanceId, queueId, region, zone, instanceType, market, generation, state, launchedAt, deadline },
    until: isPaidNow(instance) ? { kind: "now" } : ended,
  };
}

/** An instance of which only the result store tells. */
export function storedPaidInstance(
  queueId: string,
  facts: StoredInstanceFacts & { readonly ended_at?: string | null },
  state: "gone" | "unknown",
  sign: LastSign | undefined,
): PaidInstance {
  const { ended_at } = facts;
  return {
    instanceId: facts.instance_id,
    queueId,
    region: facts.region,
    zone: facts.zone,
    instanceType: facts.instance_type,
    market: facts.market,
    generation: facts.generation,
    state,
    launchedAt: facts.launched_at,
    until: ended_at ? { kind: "last-sign", at: ended_at } : signOf(facts.instance_id, sign),
    deadline: Number.isNaN(Date.parse(facts.deadline)) ? "unreadable" : facts.deadline,
  };
}

/** What has stopped is not paid for, but for its volumes. */
function isPaidNow(instance: Ec2Instance): boolean {
  return isLive(instance) && instance.state !== "stopped" && instance.state !== "stopping";
}

function signOf(instanceId: string, sign: LastSign | undefined): PaidUntil {
  return sign?.instanceId === instanceId ? { kind: "last-sign", at: sign.at } : { kind: "unknown" };
}
