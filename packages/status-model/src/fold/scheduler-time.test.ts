import { describe, expect, it } from "vitest";
import { foldOf, START_AT } from "../testing/journals.js";
import { firstPipelineRunning } from "../testing/pipelines.js";
import { schedulerTimeAt, timeAnchorOf } from "./scheduler-time.js";

const anchor = { t: 100, at: 5000, bootMs: 700, bootId: "boot-1" };

describe("schedulerTimeAt", () => {
  it("goes by the boot clock within a boot, whatever the wall clock says", () => {
    expect(schedulerTimeAt(anchor, { at: 0, bootMs: 750, bootId: "boot-1" })).toBe(150);
  });

  it("goes by the wall clock over a reboot, and never back", () => {
    expect(schedulerTimeAt(anchor, { at: 5400, bootMs: 3, bootId: "boot-2" })).toBe(500);
    expect(schedulerTimeAt(anchor, { at: 4000, bootMs: 3, bootId: "boot-2" })).toBe(100);
  });
});

describe("timeAnchorOf", () => {
  const fold = foldOf([
    ...firstPipelineRunning(),
    {
      type: "runner-started",
      t: 11_000,
      epoch: 2,
      pid: 7,
      bootId: "boot-1",
      bootMs: 400,
      version: "0.1.0",
      containment: "process-group",
    },
    { type: "warning", t: 12_000, message: "late" },
  ]);

  it("is the runner's start in the same boot, else the last record", () => {
    expect(timeAnchorOf(fold, "boot-1")).toEqual({
      t: 11_000,
      at: START_AT + 11_000,
      bootMs: 400,
      bootId: "boot-1",
    });
    const other = timeAnchorOf(fold, "boot-2");
    expect(other).toMatchObject({ t: 12_000, at: START_AT + 12_000 });
    expect(other?.bootId).not.toBe("boot-2");
  });
});
