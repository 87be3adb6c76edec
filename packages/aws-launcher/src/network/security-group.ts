import type { IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import type { Clock } from "@spawn/foundation";
import type { AwsClients } from "../aws/aws-clients.js";
import { awsErrorName, explainAwsError, kindOf } from "../aws/aws-errors.js";
import { onceKnown } from "../aws/once-known.js";
import { patiently } from "../aws/patience.js";
import { MADE_AT_TAG, MANAGED_TAG, NO_INGRESS_GROUP, sshGroupName } from "../plan/names.js";
import { queueTags, tagList } from "../plan/tags.js";

const SSH_PORT = 22;
/** An instance that ends lets go of its group within about a minute. */
const LET_GO_WITHIN_MS = 90_000;

/** The group into which nothing is let, one per VPC, kept for later launches. Returns its id. */
export async function noIngressGroup(clients: AwsClients, vpcId: string): Promise<string> {
  const tags = { [MANAGED_TAG]: "true" };
  const { id } = await groupOf(clients, vpcId, NO_INGRESS_GROUP, "spawn: nothing is let in", tags);
  return id;
}

/** A queue's own group, into which ssh is let from one address range and nothing else. Returns its id. */
export async function sshGroup(
  { clients, clock }: { readonly clients: AwsClients; readonly clock: Clock },
  vpcId: string,
  queueId: string,
  from: string,
): Promise<string> {
  const madeAt = new Date(clock.wallMs()).toISOString();
  const tags = { ...queueTags(queueId), [MADE_AT_TAG]: madeAt };
  const about = "spawn: ssh from whoever launched";
  const { id, letsIn } = await groupOf(clients, vpcId, sshGroupName(queueId), about, tags);
  const ec2 = await clients.ec2();
  const IpPermissions = [
    { IpProtocol: "tcp", FromPort: SSH_PORT, ToPort: SSH_PORT, IpRanges: [{ CidrIp: from }] },
  ];
  try {
    // A launch before let in whoever launched then.
    if (letsIn.length > 0) {
      await ec2.revokeSecurityGroupIngress({ GroupId: id, IpPermissions: [...letsIn] });
    }
    await onceKnown(clock, () => ec2.authorizeSecurityGroupIngress({ GroupId: id, IpPermissions }));
  } catch (error) {
    if (kindOf(error) !== "exists") throw explainAwsError(`ssh cannot be let in from ${from}`, error);
  }
  return id;
}

/**
 * Removes a queue's group for ssh, where there is one. EC2 keeps it while an instance has it: an instance that is ending is
 * waited for; after that `gc` removes it.
 */
export async function removeSshGroup(clients: AwsClients, clock: Clock, queueId: string): Promise<void> {
  const ec2 = await clients.ec2();
  const inUse = (error: unknown): boolean => awsErrorName(error) === "DependencyViolation";
  try {
    for (const { GroupId } of await findGroups(clients, sshGroupName(queueId))) {
      await patiently({ clock, withinMs: LET_GO_WITHIN_MS, worthwhile: inUse }, () =>
        ec2.deleteSecurityGroup({ GroupId }),
      );
    }
  } catch (error) {
    if (kindOf(error) === "not-found" || inUse(error)) return;
    throw explainAwsError(`the security group ${sshGroupName(queueId)} cannot be removed`, error);
  }
}

interface Group {
  readonly id: string;
  readonly letsIn: readonly IpPermission[];
}

async function groupOf(
  clients: AwsClients,
  vpcId: string,
  name: string,
  Description: string,
  tags: Readonly<Record<string, string>>,
): Promise<Group> {
  const ec2 = await clients.ec2();
  const find = async (): Promise<Group | undefined> => {
    const [found] = await findGroups(clients, name, vpcId);
    return found === undefined ? undefined : { id: found.GroupId ?? "", letsIn: found.IpPermissions ?? [] };
  };
  try {
    const found = await find();
    if (found !== undefined) return found;
    const TagSpecifications = [{ ResourceType: "security-group" as const, Tags: tagList(tags) }];
    try {
      const { GroupId = "" } = await ec2.createSecurityGroup({
        GroupName: name,
        VpcId: vpcId,
        Description,
        TagSpecifications,
      });
      return { id: GroupId, letsIn: [] };
    } catch (error) {
      if (kindOf(error) !== "exists") throw error;
      return (await find()) ?? { id: "", letsIn: [] };
    }
  } catch (error) {
    throw explainAwsError(`the security group ${name} cannot be made`, error);
  }
}

async function findGroups(
  clients: AwsClients,
  name: string,
  vpcId?: string,
): Promise<readonly SecurityGroup[]> {
  const Filters = [
    { Name: "group-name", Values: [name] },
    ...(vpcId === undefined ? [] : [{ Name: "vpc-id", Values: [vpcId] }]),
  ];
  const { SecurityGroups = [] } = await (await clients.ec2()).describeSecurityGroups({ Filters });
  return SecurityGroups;
}
