import { describe, expect, it } from "vitest";
import { chooseProvider, refusePlannedFlags } from "./provider.js";

const none = () => ({});
const never = () => {
  throw new Error("asked for nothing");
};

describe("chooseProvider", () => {
  it("takes the flag, then the settings, then EC2 for an instance type", () => {
    const local = () => ({ provider: "local", providerSource: ".spawn.yaml" }) as const;
    expect(chooseProvider("ec2", undefined, never).provider).toBe("ec2");
    expect(chooseProvider("local", "t3.micro", never).provider).toBe("local");
    expect(chooseProvider(undefined, "t3.micro", local)).toEqual({
      provider: "local",
      why: ".spawn.yaml says local",
    });
    expect(chooseProvider(undefined, "t3.micro", none).provider).toBe("ec2");
  });

  it("asks where to run when nothing says it", () => {
    expect(() => chooseProvider(undefined, undefined, none)).toThrow(
      expect.objectContaining({ code: "bad-arguments", hint: expect.stringContaining("--provider local") }),
    );
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
