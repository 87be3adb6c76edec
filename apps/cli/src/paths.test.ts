import { describe, expect, it } from "vitest";
import { spawnPaths } from "./paths.js";

describe("spawnPaths", () => {
  it("are below XDG_STATE_HOME and XDG_DATA_HOME", () => {
    expect(spawnPaths({ XDG_STATE_HOME: "/state", XDG_DATA_HOME: "/data", HOME: "/home/me" })).toEqual({
      state: "/state/spawn",
      ec2: "/state/spawn/ec2",
      instances: "/state/spawn/instances",
      results: "/state/spawn/results",
      jobs: "/state/spawn/jobs",
      jobsFile: "/data/spawn/jobs.db",
    });
  });

  it.each([undefined, "", "relative/state"])("are below the home folder when these are %j", (value) => {
    const paths = spawnPaths({ XDG_STATE_HOME: value, XDG_DATA_HOME: value, HOME: "/home/me" });
    expect(paths.results).toBe("/home/me/.local/state/spawn/results");
    expect(paths.jobsFile).toBe("/home/me/.local/share/spawn/jobs.db");
  });
});
