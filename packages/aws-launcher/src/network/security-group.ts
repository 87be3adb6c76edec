import type { AwsClients } from "../aws/aws-clients.js";
import { explainAwsError, kindOf } from "../aws/aws-errors.js";
import { MADE_AT_TAG, MANAGED_TAG, NO_INGRESS_GROUP, sshGroupName } from "../plan/names.js";
import { queueTags, tagList } from "../plan/tags.js";

const SSH_PORT = 22;

/** The group into which nothing is let, one per VPC, kept for later launches. Returns its id. */
export function noIngressGroup(clients: AwsClients, vpcId: string): Promise<string> {
  const tags = { [MANAGED_TAG]: "true" };
  return groupOf(clients, vpcId, NO_INGRESS_GROUP, "spawn: nothing is let in", tags);
}

/** A queue's own group, into which ssh is let from one address range; `madeAt` is RFC 3339. Returns its id. */
export async function sshGroup(
  clients: AwsClients,
  vpcId: string,
  queueId: string,
  from: string,
  madeAt: string,
): Promise<string> {
  const GroupId = await groupOf(clients, vpcId, sshGroupName(queueId), "spawn: ssh from whoever launched", {
    ...queueTags(queueId),
    [MADE_AT_TAG]: madeAt,
  });
  const IpPermissions = [
    { IpProtocol: "tcp", FromPort: SSH_PORT, ToPort: SSH_PORT, IpRanges: [{ CidrIp: from }] },
  ];
  try {
    await (await clients.ec2()).authorizeSecurityGroupIngress({ GroupId, IpPermissions });
  } catch (error) {
    if (kindOf(error) !== "exists") throw explainAwsError(`ssh cannot be let in from ${from}`, error);
  }
  return GroupId;
}

async function groupOf(
  clients: AwsClients,
  vpcId: string,
  name: string,
  Description: string,
  tags: Readonly<Record<string, string>>,
): Promise<string> {
  const ec2 = await clients.ec2();
  const find = async (): Promise<string | undefined> => {
    const { SecurityGroups = [] } = await ec2.describeSecurityGroups({
      Filters: [
        { Name: "group-name", Values: [name] },
        { Name: "vpc-id", Values: [vpcId] },
      ],
    });
    return SecurityGroups[0]?.GroupId;
  };
  try {
    const found = await find();
    if (found !== undefined) return found;
    const TagSpecifications = [{ ResourceType: "security-group" as const, Tags: tagList(tags) }];
    try {
      const made = await ec2.createSecurityGroup({
        GroupName: name,
        VpcId: vpcId,
        Description,
        TagSpecifications,
      });
      return made.GroupId ?? "";
    } catch (error) {
      if (kindOf(error) !== "exists") throw error;
      return (await find()) ?? "";
    }
  } catch (error) {
    throw explainAwsError(`the security group ${name} cannot be made`, error);
  }
}
