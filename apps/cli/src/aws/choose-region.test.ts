import { describe, expect, it } from "vitest";
import { chooseRegion, type RegionSources } from "./choose-region.js";

const choose = (sources: Partial<RegionSources>) =>
  chooseRegion({
    flag: undefined,
    env: {},
    configured: async () => undefined,
    settings: async () => ({}),
    ...sources,
  });

const never = () => {
  throw new Error("asked for nothing");
};

describe("chooseRegion", () => {
  it("takes the flag first, then AWS's variables, and does not look further", async () => {
    const rest = { configured: never, settings: never };
    const env = { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-2" };
    expect(await choose({ flag: "eu-west-3", env, ...rest })).toBe("eu-west-3");
    expect(await choose({ env, ...rest })).toBe("eu-west-1");
    expect(await choose({ env: { AWS_REGION: "", AWS_DEFAULT_REGION: "eu-west-2" }, ...rest })).toBe(
      "eu-west-2",
    );
  });

  it("takes the AWS config file's, then that of the settings", async () => {
    const settings = async () => ({ region: "us-gov-west-1" });
    expect(await choose({ configured: async () => "ap-south-1", settings: never })).toBe("ap-south-1");
    expect(await choose({ settings })).toBe("us-gov-west-1");
  });

  it("says what to do where nothing says it, or it is none", async () => {
    await expect(choose({})).rejects.toMatchObject({ code: "bad-arguments", message: /which AWS region/ });
    await expect(choose({ flag: "us-east-1a" })).rejects.toMatchObject({ code: "bad-arguments" });
    await expect(choose({ flag: "useast1" })).rejects.toMatchObject({ code: "bad-arguments" });
  });
});
