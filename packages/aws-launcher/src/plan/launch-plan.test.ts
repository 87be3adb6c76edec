import { describe, expect, it } from "vitest";
import type { Ec2LaunchRequest } from "../request.js";
import { planLaunch, runInstancesInput } from "./launch-plan.js";
import type { Survey } from "./survey.js";
import { instanceTags, OWN_TAGS } from "./tags.js";

const NOW = Date.parse("2026-01-27T10:00:00Z");

const OPEN = { freeAddresses: 100, isPublic: true };

const request: Ec2LaunchRequest = {
  queueId: "q",
  queueFile: "{}",
  tags: { team: "vision", "spawn:managed": "no" },
  instanceTypes: ["g5.xlarge", "c7g.large"],
  ttlMs: 3_600_000,
  keepOnFailureMs: 0,
  market: { kind: "spot", maxPrice: "0.50", orOnDemand: true },
  role: { kind: "existing", profile: "p" },
  carried: {},
};

const found: Survey = {
  account: "123456789012",
  partition: "aws",
  types: [
    { instanceType: "g5.xlarge", architecture: "x86_64", cpus: 4, memoryBytes: 2 ** 34, gpus: 1 },
    { instanceType: "c7g.large", architecture: "arm64", cpus: 2, memoryBytes: 2 ** 32, gpus: 0 },
  ],
  unknownTypes: [],
  offerings: { "g5.xlarge": ["us-east-1b"], "c7g.large": ["us-east-1a", "us-east-1b"] },
  subnets: [
    { subnetId: "subnet-a", zone: "us-east-1a", vpcId: "vpc-1", ...OPEN },
    { subnetId: "subnet-b", zone: "us-east-1b", vpcId: "vpc-1", ...OPEN },
    { subnetId: "subnet-x", zone: "us-east-1b", vpcId: "vpc-2", ...OPEN },
  ],
  images: {
    "g5.xlarge": {
      imageId: "ami-gpu",
      architecture: "x86_64",
      rootDevice: "/dev/xvda",
      rootSizeGiB: 75,
      moreDevices: ["/dev/sdf"],
    },
    "c7g.large": {
      imageId: "ami-arm",
      architecture: "arm64",
      rootDevice: "/dev/xvda",
      rootSizeGiB: 8,
      moreDevices: [],
    },
  },
};

const plan = planLaunch(request, found, "us-east-1", NOW);

describe("the plan of a launch", () => {
  it("tries zones, then types, then on-demand; only where a type is offered, and in one network", () => {
    expect(plan.rungs.map(({ instanceType, zone, market }) => `${instanceType} ${zone} ${market}`)).toEqual([
      "g5.xlarge us-east-1b spot",
      "c7g.large us-east-1a spot",
      "c7g.large us-east-1b spot",
      "g5.xlarge us-east-1b on-demand",
      "c7g.large us-east-1a on-demand",
      "c7g.large us-east-1b on-demand",
    ]);
  });

  it("leaves out a subnet that has no address left", () => {
    const [full, ...others] = found.subnets;
    const subnets = [{ ...full!, freeAddresses: 0 }, ...others];
    const { rungs } = planLaunch(request, { ...found, subnets }, "us-east-1", NOW);
    expect(new Set(rungs.map(({ zone }) => zone))).toEqual(new Set(["us-east-1b"]));
  });

  it("ends the instance at its deadline, and by AWS a quarter of an hour later", () => {
    expect(plan).toMatchObject({ deadline: "2026-01-27T11:00:00.000Z", guardAt: "2026-01-27T11:15:00.000Z" });
  });

  it("never puts an image of another architecture on a type", () => {
    const wrong = { ...found, images: { ...found.images, "c7g.large": found.images["g5.xlarge"]! } };
    const rungs = planLaunch(request, wrong, "us-east-1", NOW).rungs;
    expect(new Set(rungs.map(({ instanceType }) => instanceType))).toEqual(new Set(["g5.xlarge"]));
  });

  it("asks for what was promised: IMDSv2, encrypted volumes that go with it, an end by shutdown, all tags at once", () => {
    const facts = {
      ...request,
      deadline: plan.deadline,
      onComplete: "terminate",
      results: "s3://b/q/",
      createdBy: "me",
    };
    const tags = instanceTags({ ...facts, generation: 1, launchId: "l" });
    const unknown = Object.keys(tags).filter((key) => /^spawn:/.test(key) && !OWN_TAGS.has(key));
    expect(unknown, "each is listed").toEqual([]);
    const around = {
      generation: 1,
      launch: "",
      profile: "p",
      groupId: "sg-1",
      userData: "#!/bin/sh\n",
      tags,
    };
    const input = runInstancesInput(plan, plan.rungs[0]!, around);
    expect(input).toMatchObject({
      MinCount: 1,
      MaxCount: 1,
      InstanceInitiatedShutdownBehavior: "terminate",
      MetadataOptions: { HttpTokens: "required", HttpPutResponseHopLimit: 1 },
      BlockDeviceMappings: [
        { Ebs: { VolumeSize: 75, VolumeType: "gp3", Encrypted: true, DeleteOnTermination: true } },
        { DeviceName: "/dev/sdf", Ebs: { Encrypted: true, DeleteOnTermination: true } },
      ],
      InstanceMarketOptions: { MarketType: "spot", SpotOptions: { MaxPrice: "0.50" } },
    });
    const kinds = input.TagSpecifications?.map(({ ResourceType }) => ResourceType);
    expect(kinds).toEqual(["instance", "volume", "spot-instances-request"]);
    for (const { Tags } of input.TagSpecifications ?? []) {
      expect(Tags).toContainEqual({ Key: "spawn:managed", Value: "true" });
      expect(Tags).toContainEqual({ Key: "spawn:ttl-expires-at", Value: plan.deadline });
      expect(Tags).toContainEqual({ Key: "team", Value: "vision" });
    }
  });

  it("asks with another token for each rung and generation, and with the same for the same", () => {
    const token = (rung: number, generation: number, launch = "") =>
      runInstancesInput(plan, plan.rungs[rung]!, {
        generation,
        launch,
        profile: "p",
        groupId: "g",
        userData: "",
        tags: {},
      }).ClientToken;
    expect(token(0, 1)).toBe(token(0, 1));
    expect(new Set([token(0, 1), token(1, 1), token(3, 1), token(0, 2), token(0, 1, "later")]).size).toBe(5);
    expect(token(0, 1)).toMatch(/^[0-9a-f]{64}$/);
  });
});
