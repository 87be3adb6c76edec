import type { Instance } from "@spawn/launcher";
import { describe, expect, it } from "vitest";
import { findInstance, referenceTo } from "./resolve-reference.js";

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

describe("referenceTo", () => {
  it("is the queue id where no other instance can be meant by it", () => {
    expect(referenceTo(all, oldest)).toBe("other");
    expect(referenceTo(all, newest)).toBe("local-3");
    expect(referenceTo([...all, instance("local-5", { name: "other" })], oldest)).toBe("local-1");
  });
});
