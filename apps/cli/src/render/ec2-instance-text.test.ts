import type { Ec2Instance } from "@spawn/aws-launcher";
import { queueStatus } from "@spawn/status-model";
import { firstPipelineRunning, foldOf, START_AT } from "@spawn/status-model/testing";
import { describe, expect, it } from "vitest";
import { type Ec2InstanceView, ec2InstanceText, type RoleKnowledge } from "./ec2-instance-text.js";
import { ec2InstanceRow } from "./instance-row.js";
import { instanceTable } from "./instance-table.js";
import { keptWords } from "./kept-words.js";
import { paletteOf } from "./palette.js";

const plain = paletteOf(false);
const shown = (wallMs: number): string => new Date(wallMs).toISOString();

const instance: Ec2Instance = {
  instanceId: "i-0abc123def456789",
  provider: "ec2",
  state: "running",
  name: "nightly",
  queueId: "first-pipeline",
  launchedAt: "2026-01-27T18:00:00.000Z",
  tags: { team: "ml" },
  region: "us-east-1",
  zone: "us-east-1a",
  instanceType: "t3.micro",
  market: "spot",
  imageId: "ami-1",
  generation: 1,
  deadline: "2026-01-27T18:30:00.000Z",
  results: "s3://spawn-results-us-east-1/first-pipeline/",
  publicAddress: "203.0.113.7",
  profile: "spawn-first-pipeline-0123abcd",
};

const role: RoleKnowledge = { kind: "known", role: "spawn-first-pipeline-0123abcd", policies: ["spawn"] };
const queue = queueStatus(foldOf(firstPipelineRunning()), {
  wallMs: START_AT + 15_000,
  t: 15_000,
  runner: "alive",
});

const textOf = (change: Partial<Ec2InstanceView>): string =>
  ec2InstanceText({ instance, role, queue, nowMs: START_AT + 10 * 60_000, shown, ...change }, plain);

describe("an instance on EC2", () => {
  it("is told with its end and what it may do", () => {
    expect(`\n${textOf({})}\n`).toBe(`
Instance: i-0abc123def456789
Name: nightly
Provider: ec2
State: running
Instance Type: t3.micro in us-east-1a (spot)
Address: 203.0.113.7 (no ssh key)
Launched: 2026-01-27T18:00:00.000Z
Ends: 2026-01-27T18:30:00.000Z (in 20m)
IAM: spawn-first-pipeline-0123abcd (policies: spawn)
Tags: team=ml
Queue: first-pipeline (running, 1 of 3 jobs completed)
Results Location: s3://spawn-results-us-east-1/first-pipeline/
`);
  });

  it("says why it ended, and does not take what EC2 forgot for none", () => {
    const stateReason = "Client.VolumeLimitExceeded: Volume limit exceeded";
    const text = textOf({
      instance: { ...instance, state: "terminated", stateReason },
      role: { kind: "untold" },
    });
    expect(text).toContain("State: terminated (Client.VolumeLimitExceeded: Volume limit exceeded)");
    expect(text).toContain("IAM: unknown (EC2 tells no more of an instance that has ended)");
  });

  it("says by which deadline its agent goes, where that did not take a later one", () => {
    const told = { ...queue, instance_id: instance.instanceId, ttl_expires_at: "2026-01-27T18:30:00Z" };
    expect(textOf({ queue: told })).toContain("Ends: 2026-01-27T18:30:00.000Z (in 20m)");
    const later = { ...instance, deadline: "2026-01-27T19:30:00.123Z" };
    expect(textOf({ queue: told, instance: later })).toContain(
      "Ends: 2026-01-27T18:30:00.000Z by its agent, 2026-01-27T19:30:00.123Z by its tag and schedule: what spawn extend asked was not taken",
    );
  });

  it("says what is not known, and what should not be", () => {
    expect(textOf({ instance: { ...instance, deadline: "unreadable" } })).toContain("Ends: unreadable");
    expect(textOf({ nowMs: START_AT + 60 * 60_000 })).toContain("(30m ago: spawn gc ends it)");
    expect(textOf({ role: { kind: "unreadable", profile: "p", why: "not you" } })).toContain(
      "IAM: p (its policies are unknown: not you)",
    );
    expect(textOf({ role: { kind: "none" } })).toContain("IAM: none (no instance profile)");
    expect(textOf({ queue: "unknown: S3 cannot be reached" })).toContain(
      "Queue: first-pipeline (unknown: S3 cannot be reached)",
    );
  });
});

describe("an instance that is kept", () => {
  const kept = {
    ...queue,
    status: "failed",
    instance_id: instance.instanceId,
    kept_until: "2026-01-27T18:25:00.000Z",
    kept_as: "running",
    hourly_price: 0.0104,
  } as const;

  it("says until when, what it costs, and how to end it", () => {
    expect(textOf({ queue: kept }).split("\n").slice(-4)).toEqual([
      "⚠ Its instance still runs, to be looked at, and costs $0.0104/hour",
      expect.stringMatching(/^ {2}until 2026-01-27 .* at the latest \(15m left\)$/),
      "  Look at it: spawn connect i-0abc123def456789",
      "  End it now: spawn terminate i-0abc123def456789",
    ]);
  });

  it("is not the one before, on which the queue is no more", () => {
    expect(textOf({ queue: { ...kept, instance_id: "i-0other" } })).not.toContain("to be looked at");
  });

  it("is said to be stopped, where its disk alone costs", () => {
    const lines = textOf({ queue: { ...kept, kept_as: "stopped", hourly_price: undefined } }).split("\n");
    expect(lines.slice(-3)).toEqual([
      "⚠ Its instance is stopped, not gone: its disk costs",
      expect.stringMatching(/^ {2}until soon after 2026-01-27 .* \(15m left\)$/),
      "  End it now: spawn terminate i-0abc123def456789",
    ]);
  });

  it("is told of below the list as well", () => {
    expect(keptWords(ec2InstanceRow(instance, kept, shown), shown)).toBe(
      "⚠ i-0abc123def456789 is kept until 2026-01-27T18:25:00.000Z ($0.0104/hour).\n  Now: spawn terminate i-0abc123def456789",
    );
    expect(keptWords(ec2InstanceRow(instance, queue, shown), shown)).toBeUndefined();
  });
});

describe("the table", () => {
  it("has columns for what EC2 tells", () => {
    const rows = [ec2InstanceRow(instance, queue, shown)];
    expect(`\n${instanceTable(rows, shown, plain)}\n`).toBe(
      `
INSTANCE ID           NAME      PROVIDER   TYPE       ZONE         STATE     QUEUE            QUEUE STATUS   LAUNCHED                   ENDS
i-0abc123def456789   nightly   ec2        t3.micro   us-east-1a   running   first-pipeline   running        2026-01-27T18:00:00.000Z   2026-01-27T18:30:00.000Z
`.replace("INSTANCE ID  ", "INSTANCE ID "),
    );
  });
});
