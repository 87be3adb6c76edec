import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type LaunchRecord, LaunchRecords } from "./launch-records.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spawn-records-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const record = (instanceId: string, launchedAt: string): LaunchRecord => ({
  instanceId,
  queueId: "nightly",
  region: "eu-west-1",
  storeRoot: "s3://bucket/",
  launchedAt,
});

it("keeps launches, newest first, for their owner's eyes", () => {
  const records = new LaunchRecords(join(folder, "ec2"));
  expect(records.all()).toEqual([]);
  const older = record("i-0a", "2026-01-27T10:00:00.000Z");
  const newer = { ...record("i-0b", "2026-01-27T11:00:00.000Z"), name: "box" };
  records.add(newer);
  records.add(older);
  expect(new LaunchRecords(join(folder, "ec2")).all()).toEqual([
    { schema_version: 1, ...newer },
    { schema_version: 1, ...older },
  ]);
  expect(statSync(join(folder, "ec2/i-0a.json")).mode & 0o777).toBe(0o600);
});

it("passes over what it cannot read", () => {
  const records = new LaunchRecords(folder);
  writeFileSync(join(folder, "i-0c.json"), '{"instanceId":');
  writeFileSync(join(folder, "i-0d.json"), "{}");
  expect(records.all()).toEqual([]);
});

it("tells when an instance was launched from here", () => {
  const records = new LaunchRecords(join(folder, "ec2"));
  records.add(record("i-0a", "2026-01-27T10:00:00.000Z"));
  expect(records.launchedAtMs("i-0a")).toBe(Date.parse("2026-01-27T10:00:00.000Z"));
  expect(records.launchedAtMs("i-0b")).toBeUndefined();
  expect(records.launchedAtMs("../../etc/passwd")).toBeUndefined();
});
