import type { AwsClients } from "../../packages/aws-launcher/src/aws/aws-clients.js";
import type { MadeInstance } from "../../packages/aws-launcher/src/launch/make-instance.js";
import type { Metadata } from "./metadata-server.js";
import type { RoleGuard } from "./policy/role-guard.js";

/** As the SDK has it. */
export type AwsInstance = MadeInstance["aws"];

const ROLE_PATH = "meta-data/iam/security-credentials/";
const RENEWED_BEFORE_MS = 5 * 60_000;
const KEYS_KNOWN = "meta-data/public-keys/0/openssh-key";

export interface MetadataFacts {
  readonly instanceId: string;
  readonly address: string;
  readonly region: string;
  /** Past the proxy. */
  readonly clients: AwsClients;
  readonly guard: RoleGuard;
  /** The public key of a name, as it was imported. */
  readonly publicKey: (name: string) => string | undefined;
  /** What a test says on EC2's behalf, such as `meta-data/spot/instance-action`. */
  readonly said: ReadonlyMap<string, string>;
}

/** What the metadata service says to one instance, from what moto knows of it. */
export function instanceMetadata(facts: MetadataFacts): Metadata {
  const { clients, instanceId, said } = facts;
  let credentials: { readonly until: number; readonly text: string } | undefined;
  return async (path) => {
    const own = said.get(path);
    if (own !== undefined) return own;
    if (path === "user-data") return await userDataOf(clients, instanceId);
    const instance = await describe(clients, instanceId);
    const role = path.startsWith(ROLE_PATH) ? await roleOf(clients, instance) : undefined;
    if (path === ROLE_PATH) return role?.name;
    if (role !== undefined && path === `${ROLE_PATH}${role.name}`) {
      if (credentials === undefined || credentials.until < Date.now()) {
        credentials = await newCredentials(facts, role);
      }
      return credentials.text;
    }
    return plainValue(facts, instance, path);
  };
}

function plainValue(facts: MetadataFacts, instance: AwsInstance, path: string): string | undefined {
  const { instanceId, address, region, publicKey } = facts;
  const zone = instance.Placement?.AvailabilityZone ?? "";
  const values: Readonly<Record<string, string | undefined>> = {
    "meta-data/instance-id": instanceId,
    "meta-data/instance-type": instance.InstanceType,
    "meta-data/ami-id": instance.ImageId,
    "meta-data/local-ipv4": address,
    "meta-data/public-ipv4": address,
    "meta-data/placement/availability-zone": zone,
    "meta-data/placement/region": region,
    "meta-data/instance-life-cycle": instance.InstanceLifecycle ?? "on-demand",
    [KEYS_KNOWN]: publicKey(instance.KeyName ?? ""),
  };
  if (path === "dynamic/instance-identity/document") {
    return JSON.stringify({ instanceId, region, availabilityZone: zone, privateIp: address });
  }
  const tag = /^meta-data\/tags\/instance\/(.*)$/.exec(path)?.[1];
  // Tags are shown where the launch asked for it.
  const isShown = instance.MetadataOptions?.InstanceMetadataTags === "enabled";
  if (tag === undefined || !isShown) return values[path];
  if (tag === "") return instance.Tags?.map(({ Key }) => Key).join("\n");
  return instance.Tags?.find(({ Key }) => Key === tag)?.Value;
}

async function describe(clients: AwsClients, instanceId: string): Promise<AwsInstance> {
  const { Reservations = [] } = await (await clients.ec2()).describeInstances({ InstanceIds: [instanceId] });
  const [instance] = Reservations[0]?.Instances ?? [];
  if (instance === undefined) throw new Error(`no instance ${instanceId}`);
  return instance;
}

async function userDataOf(clients: AwsClients, InstanceId: string): Promise<string | undefined> {
  const ec2 = await clients.ec2();
  const { UserData } = await ec2.describeInstanceAttribute({ InstanceId, Attribute: "userData" });
  const text = UserData?.Value;
  return text === undefined || text === "" ? undefined : Buffer.from(text, "base64").toString("utf8");
}

interface Role {
  readonly name: string;
  readonly arn: string;
}

async function roleOf(clients: AwsClients, instance: AwsInstance): Promise<Role | undefined> {
  const InstanceProfileName = instance.IamInstanceProfile?.Arn?.split("/").at(-1);
  if (InstanceProfileName === undefined) return undefined;
  const { InstanceProfile } = await (await clients.iam()).getInstanceProfile({ InstanceProfileName });
  const [role] = InstanceProfile?.Roles ?? [];
  return role?.RoleName === undefined ? undefined : { name: role.RoleName, arn: role.Arn ?? "" };
}

async function newCredentials({ clients, guard, instanceId }: MetadataFacts, role: Role) {
  const { Credentials } = await (await clients.sts()).assumeRole({
    RoleArn: role.arn,
    RoleSessionName: instanceId,
    DurationSeconds: 3600,
  });
  const { AccessKeyId = "", SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  guard.issued(AccessKeyId, { role: role.name, instanceId });
  const until = Expiration ?? new Date(Date.now() + 3_600_000);
  const text = JSON.stringify({
    Code: "Success",
    Type: "AWS-HMAC",
    LastUpdated: new Date().toISOString(),
    AccessKeyId,
    SecretAccessKey,
    Token: SessionToken,
    Expiration: until.toISOString(),
  });
  return { text, until: until.getTime() - RENEWED_BEFORE_MS };
}
