import type { AwsClients } from "../../packages/aws-launcher/src/aws/aws-clients.js";

/** What all queues share, and stays. */
const SHARED = new Set(["role spawn-deadline", "security-group spawn-no-ingress"]);

/** All of spawn's in the account's region but results, as `<kind> <id>`, by what gc calls it. */
export async function leftInAccount(truth: AwsClients): Promise<readonly string[]> {
  const [ec2, iam, ssm, scheduler] = await Promise.all([
    truth.ec2(),
    truth.iam(),
    truth.ssm(),
    truth.scheduler(),
  ]);
  const { Reservations = [] } = await ec2.describeInstances({});
  const { Roles = [] } = await iam.listRoles({});
  const { InstanceProfiles = [] } = await iam.listInstanceProfiles({});
  const { Parameters = [] } = await ssm.getParametersByPath({ Path: "/spawn/", Recursive: true });
  const { Schedules = [] } = await scheduler.listSchedules({});
  const { SecurityGroups = [] } = await ec2.describeSecurityGroups({});
  const { KeyPairs = [] } = await ec2.describeKeyPairs({});
  const live = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
    ({ State }) => State?.Name !== "terminated",
  );
  const all = [
    ...live.map(({ InstanceId }) => `instance ${InstanceId}`),
    ...Roles.map(({ RoleName }) => `role ${RoleName}`),
    // A profile goes by the name of its role, and with it.
    ...InstanceProfiles.map(({ InstanceProfileName }) => `role ${InstanceProfileName}`),
    ...Parameters.map(({ Name = "" }) => `parameters ${Name.split("/")[2]}`),
    ...Schedules.map(({ Name = "" }) => `schedule ${Name.replace(/^spawn-/, "")}`),
    ...SecurityGroups.filter(({ GroupName }) => GroupName !== "default").map(
      ({ GroupName = "", GroupId }) =>
        `security-group ${GroupName === "spawn-no-ingress" ? GroupName : GroupId}`,
    ),
    ...KeyPairs.map(({ KeyName }) => `key-pair ${KeyName}`),
  ];
  return [...new Set(all)].filter((item) => !SHARED.has(item)).sort();
}
