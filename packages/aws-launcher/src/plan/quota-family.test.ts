import { describe, expect, it } from "vitest";
import { quotaFamily } from "./quota-family.js";

describe("the quota of an instance type", () => {
  it.each([
    ["m7i.large", "L-1216C47A", "L-34B43A08"],
    ["g5.xlarge", "L-DB2E81BA", "L-3819A6DF"],
    ["p4d.24xlarge", "L-417A185B", "L-7212CCBC"],
    ["p5.48xlarge", "L-417A185B", undefined],
    ["p6-b200.48xlarge", "L-417A185B", undefined],
    ["inf2.xlarge", undefined, undefined],
  ])("of %s is %s, of spot ones %s", (instanceType, onDemand, spot) => {
    const { codes } = quotaFamily(instanceType);
    expect(codes?.["on-demand"]).toBe(onDemand);
    expect(codes?.spot).toBe(spot);
  });
});
