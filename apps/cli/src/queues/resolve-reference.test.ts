import { SpawnError } from "@spawn/foundation";
import type { Instance } from "@spawn/launcher";
import { MemoryStore } from "@spawn/result-store/testing";
import { describe, expect, it } from "vitest";
import type { LaunchRecord } from "../aws/launch-records.js";
import type { Context } from "../context.js";
import { findInstance } from "./find-instance.js";
import { referenceTo, resolveQueue } from "./resolve-reference.js";

function instance(instanceId: string, fields: Partial<Instance> = {}): Instance {
  return {
    instanceId,
    provider: "local",
    state: "stopped",
    queueId: "pipeline",
    launchedAt: "2026-01-27T18:00:00.000Z",
    tags: {},
    root: `/instances/${instanceId}`,
    workingDirectory: "/work",
    storeRoot: "/results",
    carried: [],
    ...fields,
  };
}

const newest = instance("local-3", { name: "nightly", queueId: "pipeline" });
const middle = instance("local-2", { name: "nightly", state: "terminated" });
const oldest = instance("local-1", { name: "pipeline-box", queueId: "other" });
const all = [newest, middle, oldest];

describe("findInstance", () => {
  it.each([
    ["last", newest],
    ["local-2", middle],
    ["pipeline-box", oldest],
    ["other", oldest],
  ])("takes %s", (ref, found) => {
    expect(findInstance(all, ref)).toBe(found);
  });

  it("takes a name that only one instance has that is not terminated", () => {
    expect(findInstance(all, "nightly")).toBe(newest);
  });

  it("takes the newest instance of a queue id", () => {
    expect(findInstance(all, "pipeline")).toBe(newest);
  });

  it("takes the one that runs under a name, else the newest", () => {
    const later = instance("local-4", { name: "nightly" });
    expect(findInstance([later, ...all], "nightly")).toBe(later);
    const running = { ...newest, state: "running" as const };
    expect(findInstance([later, running, middle, oldest], "nightly")).toBe(running);
  });

  it("finds nothing for anything else", () => {
    expect(findInstance(all, "nope")).toBeUndefined();
    expect(findInstance([], "last")).toBeUndefined();
  });
});

describe("resolveQueue", () => {
  const record: LaunchRecord = {
    instanceId: "i-0abc",
    queueId: "pipeline",
    name: "gpu-box",
    region: "eu-west-1",
    storeRoot: "s3://bucket/",
    launchedAt: "2026-01-27T19:00:00.000Z",
  };
  const asked: unknown[] = [];
  /** A context whose EC2 notes that it was asked, and knows nothing. */
  const context = (
    local: readonly Instance[],
    records: readonly LaunchRecord[],
    provider?: "ec2",
    more: object = {},
  ): Context =>
    ({
      launcher: { list: async () => local },
      leftovers: async () => [],
      defaultRegion: async () => undefined,
      ec2Launches: { all: () => records },
      settings: async () => (provider === undefined ? {} : { provider }),
      paths: { results: "/results" },
      storeAt: async () => new MemoryStore(),
      ec2: async (region?: string) => {
        asked.push(region);
        return {
          region: "us-east-1",
          list: async () => [],
          find: async () => Promise.reject(new SpawnError("instance-not-found", "none")),
          defaultBucket: async () => ({ name: "spawn-results-us-east-1", exists: false }),
        };
      },
      ...more,
    }) as unknown as Context;

  it.each(["last", "gpu-box", "pipeline", "i-0abc"])(
    "takes the newest of both for %s, without asking EC2",
    async (ref) => {
      asked.length = 0;
      const found = await resolveQueue(context(all, [record]), ref);
      expect(found).toMatchObject({ kind: "ec2", instanceId: "i-0abc", region: "eu-west-1" });
      expect(asked).toEqual([]);
    },
  );

  it("takes the local one where that is newer", async () => {
    const later = instance("local-9", { launchedAt: "2026-01-27T20:00:00.000Z" });
    const found = await resolveQueue(context([later, ...all], [record]), "last");
    expect(found).toMatchObject({ kind: "local", instance: later });
  });

  const elsewhere = {
    ...{ instanceId: "i-0def", provider: "ec2", state: "running", queueId: "laptop", generation: 1 },
    ...{ region: "us-east-1", results: "s3://bucket/laptop/", tags: {}, launchedAt: record.launchedAt },
  };
  const access = { region: "us-east-1", list: async () => [elsewhere] };
  const inRegion = { defaultRegion: async () => "us-east-1", ec2: async () => access };

  it("looks in the region that is said for what nothing here knows, but for `last`", async () => {
    const there = context(all, [record], undefined, inRegion);
    const found = { kind: "ec2", instanceId: "i-0def", storeRoot: "s3://bucket/", region: "us-east-1" };
    expect(await resolveQueue(there, "laptop")).toMatchObject(found);
    expect(await resolveQueue(there, "pipeline")).toMatchObject({ instanceId: "i-0abc" });
    const empty = context([], [], undefined, inRegion);
    await expect(resolveQueue(empty, "last")).rejects.toThrow("no queue was launched yet");
  });

  it("says where it looked, and what it could not ask", async () => {
    const nothing = context(all, [], undefined, { defaultRegion: async () => "us-east-1" });
    await expect(resolveQueue(nothing, "nope")).rejects.toMatchObject({
      code: "queue-not-found",
      message: "there is no queue nope on this machine or on EC2 in us-east-1",
    });
    await expect(resolveQueue(context(all, []), "nope")).rejects.toMatchObject({
      message: "there is no queue nope on this machine",
      hint: expect.stringContaining("--region REGION"),
    });
    const ec2 = async () => Promise.reject(new SpawnError("permission-denied", "no credentials"));
    const refused = context(all, [], undefined, { defaultRegion: async () => "us-east-1", ec2 });
    await expect(resolveQueue(refused, "nope")).rejects.toMatchObject({
      code: "queue-not-found",
      hint: expect.stringContaining("could not be asked. no credentials"),
    });
  });

  it("takes what a killed launch left before what is known of the queue from earlier", async () => {
    const killed = { queue_id: "pipeline", generation: 2, region: "us-east-1" };
    const left = { ...elsewhere, queueId: "pipeline", generation: 2, results: "s3://bucket/pipeline/" };
    const ec2 = async () => ({ ...access, list: async () => [elsewhere, left] });
    const there = context(all, [record], undefined, { leftovers: async () => [killed], ec2 });
    expect(await resolveQueue(there, "pipeline")).toMatchObject({ instance: left });
    const over = async () => ({ ...access, list: async () => [{ ...left, state: "terminated" }] });
    const ended = context(all, [record], undefined, { leftovers: async () => [killed], ec2: over });
    expect(await resolveQueue(ended, "pipeline")).toMatchObject({ instanceId: "i-0abc" });
  });

  it("asks EC2 only where it is in play", async () => {
    asked.length = 0;
    await expect(resolveQueue(context(all, []), "nope")).rejects.toMatchObject({ code: "queue-not-found" });
    expect(asked).toEqual([]);
    await expect(resolveQueue(context(all, [], "ec2"), "nope")).rejects.toThrow("here or on EC2");
    await expect(resolveQueue(context(all, []), "i-0123")).rejects.toMatchObject({
      code: "instance-not-found",
    });
    const options = { region: "eu-west-3" };
    await expect(resolveQueue(context(all, [record]), "pipeline", options)).rejects.toThrow("in eu-west-3");
    expect(asked).toEqual([undefined, undefined, "eu-west-3"]);
  });
});

describe("referenceTo", () => {
  it("is the queue id where no other instance can be meant by it", () => {
    expect(referenceTo(all, oldest)).toBe("other");
    expect(referenceTo(all, newest)).toBe("local-3");
    expect(referenceTo([...all, instance("local-5", { name: "other" })], oldest)).toBe("local-1");
  });
});
