import { describe, expect, it } from "vitest";
import { jobQueuePlace, locationOf } from "./job-queue-place.js";

const none = { db: undefined, redis: undefined };
const base = { flags: none, env: {}, cwd: "/work", defaultPath: "/data/spawn/jobs.db" };

describe("jobQueuePlace", () => {
  it("is what the flags say, else the environment, else the default file", () => {
    expect(jobQueuePlace(base)).toEqual({ kind: "sqlite", path: "/data/spawn/jobs.db", isDefault: true });
    const env = { SPAWN_JOBS_DB: "team.db" };
    expect(jobQueuePlace({ ...base, env })).toEqual({
      kind: "sqlite",
      path: "/work/team.db",
      isDefault: false,
    });
    const flags = { ...none, redis: "redis://host:6379" };
    expect(jobQueuePlace({ ...base, env, flags })).toEqual({ kind: "redis", url: "redis://host:6379" });
  });

  it("refuses what is no address, and two at once", () => {
    for (const redis of ["host:6379", "http://host", ""]) {
      expect(() => jobQueuePlace({ ...base, flags: { ...none, redis } })).toThrow("--redis: not the address");
    }
    const env = { SPAWN_JOBS_DB: "a.db", SPAWN_JOBS_REDIS: "redis://host" };
    expect(() => jobQueuePlace({ ...base, env })).toThrow("are both set");
  });
});

describe("locationOf", () => {
  it("shows no password", () => {
    expect(locationOf({ kind: "redis", url: "rediss://me:s3cret@host:6379/1" })).toBe("rediss://host:6379/1");
  });
});
