import { describe, expect, it } from "vitest";
import { chooseProvider, refusePlannedFlags } from "./provider.js";

const none = async () => ({});
const never = () => {
  throw new Error("asked for nothing");
};

describe("chooseProvider", () => {
  it("takes the flag, then the settings, then EC2 for an instance type", async () => {
    const local = async () => ({ provider: "local", providerSource: ".spawn.yaml" }) as const;
    expect(await chooseProvider("ec2", undefined, never)).toMatchObject({ provider: "ec2" });
    expect(await chooseProvider("local", "t3.micro", never)).toMatchObject({ provider: "local" });
    expect(await chooseProvider(undefined, "t3.micro", local)).toEqual({
      provider: "local",
      why: ".spawn.yaml says local",
    });
    expect(await chooseProvider(undefined, "t3.micro", none)).toMatchObject({ provider: "ec2" });
  });

  it("asks where to run when nothing says it", async () => {
    await expect(chooseProvider(undefined, undefined, none)).rejects.toMatchObject({
      code: "bad-arguments",
      hint: expect.stringContaining("--provider local"),
    });
  });
});

describe("refusePlannedFlags", () => {
  it.each([["--array", "8"], ["--user-data=@x"]])("refuses %s", (...argv) => {
    expect(() => refusePlannedFlags(argv)).toThrow(expect.objectContaining({ code: "not-supported" }));
  });

  it("leaves the others alone", () => {
    expect(() => refusePlannedFlags(["--name", "array", "--ttl=30m"])).not.toThrow();
  });
});
