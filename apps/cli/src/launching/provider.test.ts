import { describe, expect, it } from "vitest";
import { chooseProvider, refusePlannedFlags } from "./provider.js";

describe("chooseProvider", () => {
  it("takes the flag before SPAWN_PROVIDER", () => {
    expect(chooseProvider("local", { SPAWN_PROVIDER: "ec2" })).toBe("local");
    expect(chooseProvider(undefined, { SPAWN_PROVIDER: "local" })).toBe("local");
  });

  it.each([{}, { SPAWN_PROVIDER: "" }])("asks where to run when nothing says it", (env) => {
    expect(() => chooseProvider(undefined, env)).toThrow(
      expect.objectContaining({ code: "bad-arguments", hint: expect.stringContaining("--provider local") }),
    );
  });

  it("says that EC2 is not there yet, and who asked for it", () => {
    expect(() => chooseProvider("ec2", {})).toThrow(
      expect.objectContaining({ code: "not-supported", message: expect.stringContaining("--provider ec2") }),
    );
    expect(() => chooseProvider(undefined, { SPAWN_PROVIDER: "ec2" })).toThrow(
      expect.objectContaining({ code: "not-supported", message: expect.stringContaining("SPAWN_PROVIDER") }),
    );
  });

  it("knows no other", () => {
    expect(() => chooseProvider("gcp", {})).toThrow(expect.objectContaining({ code: "bad-arguments" }));
  });
});

describe("refusePlannedFlags", () => {
  it.each([["--instance-type", "t3.micro"], ["--ttl=30m"], ["--array", "8"]])("refuses %s", (...argv) => {
    expect(() => refusePlannedFlags(argv)).toThrow(expect.objectContaining({ code: "not-supported" }));
  });

  it("leaves the others alone", () => {
    expect(() => refusePlannedFlags(["--name", "ttl", "--wait"])).not.toThrow();
  });
});
