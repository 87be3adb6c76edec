import { describe, expect, it } from "vitest";
import { type Ec2FlagValues, ec2Flags, refuseEc2Flags } from "./ec2-flags.js";
import { ec2Options } from "./ec2-options.js";

const none = Object.fromEntries(
  Object.keys(ec2Flags).map((name) => [name, undefined]),
) as unknown as Ec2FlagValues;
const options = (flags: Partial<Ec2FlagValues>, settings = {}) =>
  ec2Options({ ...none, "instance-type": "t3.micro", ...flags }, settings, "/nowhere");

describe("ec2Options", () => {
  it("takes flags before settings, and has defaults where neither says anything", async () => {
    expect(await options({})).toEqual({
      instanceTypes: ["t3.micro"],
      keepOnFailureMs: 3_600_000,
      market: { kind: "on-demand" },
      role: { kind: "made", templates: [], statements: [] },
    });
    const settings = {
      instanceTypes: ["m7i.large"],
      ttlMs: 1,
      volumeSizeGiB: 30,
      iamPolicies: ["s3:ReadOnly"],
    };
    expect(await options({ "instance-type": undefined, ttl: 2 }, settings)).toMatchObject({
      instanceTypes: ["m7i.large"],
      ttlMs: 2,
      volumeSizeGiB: 30,
      role: { templates: ["s3:ReadOnly"] },
    });
  });

  it("lets --keep-on-failure stand against the settings' on_complete", async () => {
    const settings = { onComplete: "stop" } as const;
    expect((await options({}, settings)).onComplete).toBe("stop");
    expect(await options({ "keep-on-failure": 60_000 }, settings)).not.toHaveProperty("onComplete");
  });

  it("reads markets, zones and an instance profile of one's own", async () => {
    const flags = {
      spot: true,
      "spot-max-price": "0.05",
      "on-demand-fallback": true,
      zone: "us-east-1a,us-east-1b",
    };
    expect(await options({ ...flags, "iam-role": "mine" }, { iamPolicies: ["s3:ReadOnly"] })).toMatchObject({
      market: { kind: "spot", maxPrice: "0.05", orOnDemand: true },
      zones: ["us-east-1a", "us-east-1b"],
      role: { kind: "existing", profile: "mine" },
    });
  });

  it.each<[string, Partial<Ec2FlagValues>]>([
    ["which instance type", { "instance-type": undefined }],
    ["not a price", { spot: true, "spot-max-price": "0.0" }],
    ["s3:Everything", { "iam-policy": "s3:ReadOnly,s3:Everything" }],
    ["there is no such file", { "iam-policy-file": "none.json" }],
    ["not the name of an instance profile", { "iam-role": "arn:aws:iam::1:role/x" }],
    ["not the absolute path", { "completion-file": "DONE" }],
  ])("refuses without asking AWS: %s", async (words, flags) => {
    await expect(options(flags)).rejects.toMatchObject({
      code: "bad-arguments",
      message: expect.stringContaining(words),
    });
  });
});

it("refuses on this machine what means something on EC2 only", () => {
  expect(() => refuseEc2Flags(none, "")).not.toThrow();
  expect(() => refuseEc2Flags({ ...none, ttl: 60_000 }, "--provider says local")).toThrow(
    "--ttl is for EC2, and --provider says local",
  );
});
