import type { Instance as AwsInstance } from "@aws-sdk/client-ec2";
import type { InstanceFacts, InstanceState } from "@spawn/launcher";

/** An instance on EC2 that spawn made. */
export interface Ec2Instance extends InstanceFacts {
  readonly provider: "ec2";
  readonly region: string;
  /** Id of the account that it is in, as far as EC2 says. */
  readonly account?: string;
  readonly zone: string;
  readonly instanceType: string;
  readonly market: "spot" | "on-demand";
  readonly imageId: string;
  readonly generation: number;
  /** RFC 3339, or `unreadable` where its tag says nothing that can be read. */
  readonly deadline: string;
  /** `s3://bucket/prefix/queue/`. */
  readonly results: string;
  readonly publicAddress?: string;
  readonly privateAddress?: string;
  readonly keyName?: string;
  /** Of its instance profile. */
  readonly profile?: string;
  /** Why it is in that state, in EC2's words; absent while it runs, and where EC2 does not say. */
  readonly stateReason?: string;
  /** RFC 3339: when it stopped or ended, as far as EC2 says. */
  readonly endedAt?: string;
}

const LIVE_STATES: readonly InstanceState[] = ["pending", "running", "stopping", "stopped"];

export function isLive({ state }: Ec2Instance): boolean {
  return LIVE_STATES.includes(state);
}

/** Where EC2 told of an instance. */
export interface InstancePlace {
  readonly region: string;
  readonly account?: string | undefined;
}

/** `undefined` for an answer without an id. */
export function readInstance(aws: AwsInstance, { region, account }: InstancePlace): Ec2Instance | undefined {
  if (aws.InstanceId === undefined) return undefined;
  const tags = Object.fromEntries((aws.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
  const deadline = tags["spawn:ttl-expires-at"] ?? "";
  return {
    instanceId: aws.InstanceId,
    provider: "ec2",
    state: aws.State?.Name ?? "pending",
    ...optional("name", tags["spawn:name"]),
    queueId: tags["spawn:queue-id"] ?? "",
    launchedAt: aws.LaunchTime?.toISOString() ?? "",
    tags,
    region,
    ...optional("account", account),
    zone: aws.Placement?.AvailabilityZone ?? "",
    instanceType: aws.InstanceType ?? "",
    market: aws.InstanceLifecycle === "spot" ? "spot" : "on-demand",
    imageId: aws.ImageId ?? "",
    generation: Number(tags["spawn:generation"] ?? Number.NaN),
    deadline: Number.isNaN(Date.parse(deadline)) ? "unreadable" : deadline,
    results: tags["spawn:results"] ?? "",
    ...optional("publicAddress", aws.PublicIpAddress),
    ...optional("privateAddress", aws.PrivateIpAddress),
    ...optional("keyName", aws.KeyName),
    ...optional("profile", aws.IamInstanceProfile?.Arn?.split("/").at(-1)),
    ...optional("stateReason", stateReason(aws)),
    ...optional("endedAt", endedAt(aws.StateTransitionReason)),
  };
}

/** As `Client.VolumeLimitExceeded: Volume limit exceeded`. */
function stateReason({ State, StateReason }: AwsInstance): string | undefined {
  if (State?.Name === "pending" || State?.Name === "running") return undefined;
  const { Code = "", Message = "" } = StateReason ?? {};
  return Message === "" || Message.startsWith(Code) ? Message || Code : `${Code}: ${Message}`;
}

/** Of `User initiated (2026-01-27 10:00:00 GMT)`. */
function endedAt(reason = ""): string | undefined {
  const [, day, time] = /\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:GMT|UTC)\)$/.exec(reason) ?? [];
  return day === undefined ? undefined : `${day}T${time}.000Z`;
}

function optional<Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [K in Name]?: string } {
  return (value === undefined || value === "" ? {} : { [name]: value }) as { readonly [K in Name]?: string };
}
