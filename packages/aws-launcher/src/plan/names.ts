import { createHash } from "node:crypto";

/** IAM allows 64 characters. */
const LONGEST_ROLE_NAME = 64;

/** Marks all that spawn makes. */
export const MANAGED_TAG = "spawn:managed";
/** On an instance: of the launch that made it. */
export const LAUNCH_TAG = "spawn:launch-id";
/** On what AWS does not tell the age of; RFC 3339. */
export const MADE_AT_TAG = "spawn:made-at";
export const SCHEDULE_GROUP = "spawn";
export const DEADLINE_ROLE = "spawn-deadline";
export const NO_INGRESS_GROUP = "spawn-no-ingress";

export interface QueueHome {
  readonly queueId: string;
  readonly account: string;
  readonly region: string;
}

/** Of the role and of the instance profile of a queue. */
export function roleName({ queueId, account, region }: QueueHome): string {
  const hash = digest(queueId, account, region).slice(0, 8);
  return `spawn-${queueId.slice(0, LONGEST_ROLE_NAME - "spawn-".length - hash.length - 1)}-${hash}`;
}

export function sshGroupName(queueId: string): string {
  return `spawn-ssh-${digest(queueId).slice(0, 16)}`;
}

export function scheduleName(instanceId: string): string {
  return `spawn-${instanceId}`;
}

/** Where the queue's carried variables lie in SSM; ends with a slash. */
export function carriedPath(queueId: string): string {
  return `/spawn/${queueId}/env/`;
}

/** One more launch of a queue is another generation; one more zone, type or market is another request. */
export interface TokenParts {
  readonly queueId: string;
  readonly generation: number;
  readonly zone: string;
  readonly instanceType: string;
  readonly market: string;
  /** The launch's id: another one is another request, also of a queue whose id was used before. */
  readonly launch: string;
}

/** 64 characters at most, by EC2's rules. The same parts, the same token: EC2 makes no second instance of it. */
export function clientToken(home: QueueHome, parts: TokenParts): string {
  const { queueId, generation, zone, instanceType, market, launch } = parts;
  const where = [home.account, home.region, queueId, String(generation), zone, instanceType, market];
  return digest("spawn", ...where, launch);
}

function digest(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex");
}
