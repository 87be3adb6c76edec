import type { GcReport } from "@spawn/aws-launcher";
import { describe, expect, it } from "vitest";
import { gcReportText } from "./gc-report-text.js";
import { paletteOf } from "./palette.js";

const plain = paletteOf(false);
const empty: GcReport = { found: [], young: [], removed: [], failed: [], notLookedAt: [], warnings: [] };
const overdue = {
  kind: "instance",
  region: "eu-west-1",
  id: "i-0abc",
  reason: "of nightly, was to end at 2026-01-27T18:00:00Z",
} as const;
const role = {
  kind: "role",
  region: "",
  id: "spawn-nightly-0123abcd",
  reason: "nightly has no instance",
} as const;

describe("what gc says", () => {
  it("is none only where everything was looked at", () => {
    expect(gcReportText(empty, false, plain)).toBe("Nothing is left over in all regions.");
    const blind = { ...empty, notLookedAt: [{ place: "sa-east-1", reason: "not you" }] };
    expect(gcReportText(blind, false, plain)).toBe(
      "Nothing is left over where it could be looked.\n✗ Not looked at: sa-east-1: not you",
    );
  });

  it("names what is too young to be called left over", () => {
    const schedule = {
      kind: "schedule",
      region: "eu-west-1",
      id: "i-0abc",
      reason: "its instance is gone",
    } as const;
    const report = { ...empty, young: [role, role, schedule] };
    expect(gcReportText(report, true, plain)).toBe(
      "Nothing is left over in all regions.\nLeft alone: 2 roles, 1 schedule, made in the last half hour:\nthey may be of a launch under way. Look again later.",
    );
  });

  it("is a line for each thing, with why and what became of it", () => {
    const report = {
      ...empty,
      found: [overdue, role],
      removed: [overdue],
      failed: [{ item: role, message: "not you either" }],
    };
    expect(`\n${gcReportText(report, false, plain)}\n`).toBe(`
         WHAT       ID                       REGION      WHY
ended    instance   i-0abc                   eu-west-1   of nightly, was to end at 2026-01-27T18:00:00Z
FAILED   role       spawn-nightly-0123abcd   -           not you either

1 of 2 ended or removed, 1 could not be.
`);
    expect(gcReportText({ ...empty, found: [overdue] }, true, plain)).toContain("would end");
  });
});
