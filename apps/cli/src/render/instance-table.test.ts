import type { Instance } from "@spawn/launcher";
import { describe, expect, it } from "vitest";
import { instanceRow } from "./instance-row.js";
import { instanceTable } from "./instance-table.js";
import { instanceText } from "./instance-text.js";
import { paletteOf } from "./palette.js";

const plain = paletteOf(false);
const time = (wallMs: number): string => new Date(wallMs).toISOString();

const instance: Instance = {
  instanceId: "local-0abc123def45",
  provider: "local",
  state: "running",
  name: "nightly",
  queueId: "first-pipeline",
  launchedAt: "2026-01-27T18:00:00.000Z",
  tags: { team: "ml" },
  root: "/state/instances/local-0abc123def45",
  workingDirectory: "/work",
  storeRoot: "/state/results",
  carried: [],
};

describe("instanceRow", () => {
  it("is what scripts read", () => {
    expect(instanceRow(instance, "running", time)).toEqual({
      instance_id: "local-0abc123def45",
      name: "nightly",
      provider: "local",
      state: "running",
      queue_id: "first-pipeline",
      queue_status: "running",
      launched_at: "2026-01-27T18:00:00.000Z",
      tags: { team: "ml" },
    });
  });
});

describe("instanceTable", () => {
  it("aligns its columns", () => {
    const { name: _name, ...unnamed } = { ...instance, queueId: "q", instanceId: "local-1" };
    const rows = [instanceRow(instance, "running", time), instanceRow(unnamed, undefined, time)];
    expect(`\n${instanceTable(rows, time, plain)}\n`).toBe(`
INSTANCE ID          NAME      PROVIDER   STATE     QUEUE            QUEUE STATUS   LAUNCHED
local-0abc123def45   nightly   local      running   first-pipeline   running        2026-01-27T18:00:00.000Z
local-1              -         local      running   q                unreadable     2026-01-27T18:00:00.000Z
`);
  });
});

describe("instanceText", () => {
  it("has a line for IAM, as scripts look for one", () => {
    expect(`\n${instanceText(instance, undefined, time, plain)}\n`).toBe(`
Instance: local-0abc123def45
Name: nightly
Provider: local
State: running
Launched: 2026-01-27T18:00:00.000Z
IAM: none (local instance)
Folder: /state/instances/local-0abc123def45
Working Directory: /work
Tags: team=ml
Queue: first-pipeline (unreadable)
`);
  });
});
