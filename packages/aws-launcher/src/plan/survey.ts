import type { InstanceTypeInfo, Subnet } from "@aws-sdk/client-ec2";
import type { AwsClients } from "../aws/aws-clients.js";
import { explainAwsError, kindOf } from "../aws/aws-errors.js";
import type { Ec2LaunchRequest } from "../request.js";
import { type Architecture, imageParameter } from "./images.js";

export interface InstanceTypeFacts {
  readonly instanceType: string;
  readonly architecture: Architecture;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  /** Such as `NVIDIA`; absent without GPUs. */
  readonly gpuMaker?: string | undefined;
}

interface ImageFacts {
  readonly imageId: string;
  readonly architecture: Architecture;
  readonly rootDevice: string;
  /** The smallest root volume it fits on. */
  readonly rootSizeGiB: number;
  /** The other devices for which it makes volumes. */
  readonly moreDevices: readonly string[];
}

interface SubnetFacts {
  readonly subnetId: string;
  readonly zone: string;
  readonly vpcId: string;
  /** How many instances still fit. */
  readonly freeAddresses: number;
  /** Whether an instance gets a public address there. */
  readonly isPublic: boolean;
}

/** What AWS says of what a launch asks for. */
export interface Survey {
  readonly account: string;
  /** `aws`, `aws-cn`, …: the first part of the account's ARNs. */
  readonly partition: string;
  readonly types: readonly InstanceTypeFacts[];
  /** Asked for and not to be had in the region, or of an unknown architecture. */
  readonly unknownTypes: readonly string[];
  /** `type` → zones that offer it. */
  readonly offerings: Readonly<Record<string, readonly string[]>>;
  readonly subnets: readonly SubnetFacts[];
  /** By instance type; absent where no image could be found for it. */
  readonly images: Readonly<Record<string, ImageFacts>>;
}

interface CallerIdentity {
  readonly account: string;
  readonly partition: string;
  readonly arn: string;
}

const identities = new WeakMap<AwsClients, Promise<CallerIdentity>>();

/** Asked once for each of these clients, unless that fails. @throws SpawnError `permission-denied` without usable credentials. */
export function callerIdentity(clients: AwsClients): Promise<CallerIdentity> {
  const known = identities.get(clients);
  if (known !== undefined) return known;
  const asked = askIdentity(clients);
  identities.set(clients, asked);
  asked.catch(() => identities.delete(clients));
  return asked;
}

async function askIdentity(clients: AwsClients): Promise<CallerIdentity> {
  try {
    const { Account = "", Arn = "" } = await (await clients.sts()).getCallerIdentity({});
    return { account: Account, partition: Arn.split(":")[1] || "aws", arn: Arn };
  } catch (error) {
    throw explainAwsError("AWS does not know who is asking", error);
  }
}

/** What is asked of AWS before a launch is planned. */
export type SurveyRequest = Pick<Ec2LaunchRequest, "instanceTypes" | "subnetId" | "ami">;

/** @throws SpawnError where AWS cannot be asked. What does not exist is left out of the answer instead. */
export async function survey(clients: AwsClients, request: SurveyRequest): Promise<Survey> {
  const [identity, types, offerings, subnets] = await Promise.all([
    callerIdentity(clients),
    instanceTypes(clients, request.instanceTypes),
    zonesOffering(clients, request.instanceTypes),
    usableSubnets(clients, request.subnetId),
  ]);
  const found = new Set(types.map(({ instanceType }) => instanceType));
  return {
    account: identity.account,
    partition: identity.partition,
    types,
    unknownTypes: request.instanceTypes.filter((type) => !found.has(type)),
    offerings,
    subnets,
    images: await imagesFor(clients, types, request.ami),
  };
}

async function instanceTypes(
  clients: AwsClients,
  names: readonly string[],
): Promise<readonly InstanceTypeFacts[]> {
  const ec2 = await clients.ec2();
  const asked = names.map(async (name): Promise<readonly InstanceTypeFacts[]> => {
    try {
      const { InstanceTypes = [] } = await ec2.describeInstanceTypes({ InstanceTypes: [name as never] });
      return InstanceTypes.flatMap(typeFacts);
    } catch (error) {
      // One unknown name fails a whole call, so each is asked for by itself.
      if (/InvalidInstanceType|InvalidParameterValue/.test(String(error))) return [];
      throw explainAwsError(`the instance type ${name} cannot be looked up`, error);
    }
  });
  return (await Promise.all(asked)).flat();
}

function typeFacts(info: InstanceTypeInfo): readonly InstanceTypeFacts[] {
  const architectures = info.ProcessorInfo?.SupportedArchitectures ?? [];
  const architecture = architectures.includes("x86_64")
    ? "x86_64"
    : architectures.includes("arm64")
      ? "arm64"
      : undefined;
  if (architecture === undefined || info.InstanceType === undefined) return [];
  return [
    {
      instanceType: info.InstanceType,
      architecture,
      cpus: info.VCpuInfo?.DefaultVCpus ?? 1,
      memoryBytes: (info.MemoryInfo?.SizeInMiB ?? 0) * 2 ** 20,
      gpus: (info.GpuInfo?.Gpus ?? []).reduce((sum, { Count = 0 }) => sum + Count, 0),
      gpuMaker: info.GpuInfo?.Gpus?.[0]?.Manufacturer,
    },
  ];
}

async function zonesOffering(
  clients: AwsClients,
  names: readonly string[],
): Promise<Readonly<Record<string, readonly string[]>>> {
  try {
    const { InstanceTypeOfferings = [] } = await (await clients.ec2()).describeInstanceTypeOfferings({
      LocationType: "availability-zone",
      Filters: [{ Name: "instance-type", Values: [...names] }],
    });
    const zones: Record<string, string[]> = {};
    for (const { InstanceType: type = "", Location: zone = "" } of InstanceTypeOfferings) {
      zones[type] = [...(zones[type] ?? []), zone].sort();
    }
    return zones;
  } catch (error) {
    throw explainAwsError("the zones that offer these instance types cannot be looked up", error);
  }
}

async function usableSubnets(
  clients: AwsClients,
  subnetId: string | undefined,
): Promise<readonly SubnetFacts[]> {
  try {
    const { Subnets = [] } = await (await clients.ec2()).describeSubnets(
      subnetId === undefined
        ? { Filters: [{ Name: "default-for-az", Values: ["true"] }] }
        : { SubnetIds: [subnetId] },
    );
    return Subnets.flatMap(subnetFacts).sort((a, b) => (a.zone < b.zone ? -1 : 1));
  } catch (error) {
    if (kindOf(error) === "not-found") return [];
    throw explainAwsError("the subnets cannot be looked up", error);
  }
}

function subnetFacts({
  SubnetId,
  AvailabilityZone,
  VpcId,
  AvailableIpAddressCount,
  MapPublicIpOnLaunch,
}: Subnet): readonly SubnetFacts[] {
  if (SubnetId === undefined || AvailabilityZone === undefined || VpcId === undefined) return [];
  return [
    {
      subnetId: SubnetId,
      zone: AvailabilityZone,
      vpcId: VpcId,
      freeAddresses: AvailableIpAddressCount ?? Number.POSITIVE_INFINITY,
      isPublic: MapPublicIpOnLaunch ?? true,
    },
  ];
}

async function imagesFor(
  clients: AwsClients,
  types: readonly InstanceTypeFacts[],
  ami: string | undefined,
): Promise<Readonly<Record<string, ImageFacts>>> {
  const looked = new Map<string, Promise<ImageFacts | undefined>>();
  const images: Record<string, ImageFacts> = {};
  for (const { instanceType, architecture, gpus } of types) {
    const parameter = imageParameter(architecture, gpus > 0);
    const key = ami ?? parameter;
    const image =
      looked.get(key) ?? (ami === undefined ? publicImage(clients, parameter) : describeImage(clients, ami));
    looked.set(key, image);
    const facts = await image;
    if (facts !== undefined) images[instanceType] = facts;
  }
  return images;
}

async function publicImage(clients: AwsClients, parameter: string): Promise<ImageFacts | undefined> {
  try {
    const { Parameter } = await (await clients.ssm()).getParameter({ Name: parameter });
    return Parameter?.Value === undefined ? undefined : await describeImage(clients, Parameter.Value);
  } catch (error) {
    if (kindOf(error) === "not-found") return undefined;
    throw explainAwsError(`the image that ${parameter} names cannot be looked up`, error);
  }
}

async function describeImage(clients: AwsClients, imageId: string): Promise<ImageFacts | undefined> {
  try {
    const { Images = [] } = await (await clients.ec2()).describeImages({ ImageIds: [imageId] });
    const [image] = Images;
    if (image?.Architecture !== "x86_64" && image?.Architecture !== "arm64") return undefined;
    const rootDevice = image.RootDeviceName ?? "/dev/xvda";
    const root = image.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === rootDevice);
    return {
      imageId,
      architecture: image.Architecture,
      rootDevice,
      rootSizeGiB: root?.Ebs?.VolumeSize ?? 8,
      moreDevices: (image.BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }) =>
        DeviceName === undefined || DeviceName === rootDevice || Ebs === undefined ? [] : [DeviceName],
      ),
    };
  } catch (error) {
    if (kindOf(error) === "not-found" || /InvalidAMIID/.test(String(error))) return undefined;
    throw explainAwsError(`the image ${imageId} cannot be looked up`, error);
  }
}
