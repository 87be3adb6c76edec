import type { Instance } from "@spawn/launcher";
import { describe, expect, it } from "vitest";
import { refuseTakenName } from "./refuse-taken-name.js";

const holder: Instance = {
  instanceId: "local-1",
  provider: "local",
  state: "running",
  name: "nightly",
  queueId: "daily",
  launchedAt: "2026-01-27T18:00:00.000Z",
  tags: {},
  root: "/instances/local-1",
  workingDirectory: "/work",
  storeRoot: "/results",
  carried: [],
};

describe("refuseTakenName", () => {
  it("refuses the name of an instance that runs", () => {
    expect(() => refuseTakenName([holder], "nightly")).toThrow(
      expect.objectContaining({
        code: "bad-arguments",
        message: "--name nightly: local-1 runs under that name (queue daily)",
        hint: expect.stringContaining("spawn queue status local-1 --watch"),
      }),
    );
  });

  it("is content with any other", () => {
    expect(() => refuseTakenName([holder], "weekly")).not.toThrow();
    expect(() => refuseTakenName([{ ...holder, state: "stopped" }], "nightly")).not.toThrow();
  });
});
