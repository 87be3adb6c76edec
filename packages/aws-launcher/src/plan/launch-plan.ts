import type { RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import type { Ec2LaunchRequest } from "../request.js";
import type { Architecture } from "./images.js";
import { clientToken, type QueueHome } from "./names.js";
import type { Survey } from "./survey.js";
import { tagList } from "./tags.js";

/** Room beside what the image itself takes. */
const LEAST_ROOT_GIB = 20;
/** After the deadline, how long the instance has to end by itself before AWS ends it. */
export const GUARD_GRACE_MS = 15 * 60_000;

type Market = "spot" | "on-demand";

/** One way to get the instance; the next is taken where this one has no capacity. */
export interface Rung {
  readonly instanceType: string;
  readonly cpus: number;
  readonly zone: string;
  readonly subnetId: string;
  readonly vpcId: string;
  readonly market: Market;
  /** US dollars an hour, spot only. */
  readonly maxPrice?: string;
  readonly architecture: Architecture;
  readonly imageId: string;
  readonly rootDevice: string;
  readonly rootSizeGiB: number;
  /** The other devices for which the image makes volumes. */
  readonly moreDevices: readonly string[];
}

/** What a launch is going to do, as data; `--dry-run` shows it. */
export interface LaunchPlan {
  readonly home: QueueHome;
  readonly partition: string;
  readonly launchedAt: string;
  /** RFC 3339, UTC. */
  readonly deadline: string;
  /** When AWS ends the instance if it did not do so itself. */
  readonly guardAt: string;
  /** In the order in which they are tried: zones, then types, then markets. All in one VPC. */
  readonly rungs: readonly Rung[];
}

export function planLaunch(
  request: Ec2LaunchRequest,
  found: Survey,
  region: string,
  nowMs: number,
): LaunchPlan {
  return {
    home: { queueId: request.queueId, account: found.account, region },
    partition: found.partition,
    ...planTimes(request.ttlMs, nowMs),
    rungs: rungsOf(request, found),
  };
}

/** When a launch at `nowMs` was, and when its instance ends. */
export function planTimes(
  ttlMs: number,
  nowMs: number,
): Pick<LaunchPlan, "launchedAt" | "deadline" | "guardAt"> {
  const at = (ms: number): string => new Date(Math.ceil(ms / 1000) * 1000).toISOString();
  return {
    launchedAt: at(nowMs),
    deadline: at(nowMs + ttlMs),
    guardAt: at(nowMs + ttlMs + GUARD_GRACE_MS),
  };
}

function rungsOf(request: Ec2LaunchRequest, found: Survey): readonly Rung[] {
  const vpcId = found.subnets[0]?.vpcId;
  const subnets = found.subnets.filter(
    (subnet) => subnet.vpcId === vpcId && (request.zones?.includes(subnet.zone) ?? true),
  );
  return marketsOf(request).flatMap(({ market, maxPrice }) =>
    request.instanceTypes.flatMap((instanceType) => {
      const type = found.types.find((facts) => facts.instanceType === instanceType);
      const image = found.images[instanceType];
      if (type === undefined || image === undefined || image.architecture !== type.architecture) return [];
      const offered = found.offerings[instanceType] ?? [];
      return subnets
        .filter(({ zone, freeAddresses }) => offered.includes(zone) && freeAddresses > 0)
        .map(({ subnetId, zone, vpcId }) => ({
          instanceType,
          cpus: type.cpus,
          zone,
          subnetId,
          vpcId,
          market,
          ...(maxPrice === undefined ? {} : { maxPrice }),
          architecture: type.architecture,
          imageId: image.imageId,
          rootDevice: image.rootDevice,
          rootSizeGiB: request.volumeSizeGiB ?? Math.max(LEAST_ROOT_GIB, image.rootSizeGiB),
          moreDevices: image.moreDevices,
        }));
    }),
  );
}

function marketsOf({ market }: Ec2LaunchRequest): readonly { market: Market; maxPrice?: string }[] {
  if (market.kind === "on-demand") return [{ market: "on-demand" }];
  const spot = {
    market: "spot" as const,
    ...(market.maxPrice === undefined ? {} : { maxPrice: market.maxPrice }),
  };
  return market.orOnDemand ? [spot, { market: "on-demand" }] : [spot];
}

/** What has to be there before an instance can be made. */
export interface Surroundings {
  readonly generation: number;
  /** See `TokenParts`. */
  readonly launch: string;
  readonly profile: string;
  readonly groupId: string;
  readonly keyName?: string;
  readonly userData: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The exact request for one rung. */
export function runInstancesInput(
  { home }: LaunchPlan,
  rung: Rung,
  around: Surroundings,
): RunInstancesCommandInput {
  const { instanceType, zone, market } = rung;
  const { generation, launch } = around;
  const parts = { queueId: home.queueId, generation, zone, instanceType, market, launch };
  const tags = tagList(around.tags);
  return {
    ClientToken: clientToken(home, parts),
    MinCount: 1,
    MaxCount: 1,
    InstanceType: instanceType as never,
    ImageId: rung.imageId,
    SubnetId: rung.subnetId,
    SecurityGroupIds: [around.groupId],
    IamInstanceProfile: { Name: around.profile },
    ...(around.keyName === undefined ? {} : { KeyName: around.keyName }),
    UserData: Buffer.from(around.userData).toString("base64"),
    InstanceInitiatedShutdownBehavior: "terminate",
    MetadataOptions: { HttpEndpoint: "enabled", HttpTokens: "required", HttpPutResponseHopLimit: 1 },
    BlockDeviceMappings: [
      {
        DeviceName: rung.rootDevice,
        Ebs: { VolumeSize: rung.rootSizeGiB, VolumeType: "gp3", Encrypted: true, DeleteOnTermination: true },
      },
      // Unsaid, an image may leave its other volumes behind, and not encrypted.
      ...rung.moreDevices.map((DeviceName) => ({
        DeviceName,
        Ebs: { Encrypted: true, DeleteOnTermination: true },
      })),
    ],
    ...(market === "spot" ? { InstanceMarketOptions: spotOptions(rung) } : {}),
    TagSpecifications: [
      { ResourceType: "instance", Tags: tags },
      { ResourceType: "volume", Tags: tags },
      ...(market === "spot" ? [{ ResourceType: "spot-instances-request" as const, Tags: tags }] : []),
    ],
  };
}

function spotOptions({ maxPrice }: Rung) {
  return {
    MarketType: "spot" as const,
    SpotOptions: {
      SpotInstanceType: "one-time" as const,
      InstanceInterruptionBehavior: "terminate" as const,
      ...(maxPrice === undefined ? {} : { MaxPrice: maxPrice }),
    },
  };
}
