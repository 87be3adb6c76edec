import { describe, expect, it } from "vitest";
import { spawnPaths } from "./paths.js";

describe("spawnPaths", () => {
  it("are below XDG_STATE_HOME", () => {
    expect(spawnPaths({ XDG_STATE_HOME: "/state", HOME: "/home/me" })).toEqual({
      state: "/state/spawn",
      ec2: "/state/spawn/ec2",
      instances: "/state/spawn/instances",
      results: "/state/spawn/results",
    });
  });

  it.each([undefined, "", "relative/state"])(
    "are below the home folder when XDG_STATE_HOME is %j",
    (value) => {
      expect(spawnPaths({ XDG_STATE_HOME: value, HOME: "/home/me" }).results).toBe(
        "/home/me/.local/state/spawn/results",
      );
    },
  );
});
