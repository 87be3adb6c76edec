import { loadQueueFile } from "@spawn/config-schema";
import type { Instance } from "@spawn/launcher";
import { describe, expect, it } from "vitest";
import { launchJson } from "./launch-json.js";
import { launchHeading, launchReport, runtimeLine } from "./launch-report.js";
import { paletteOf } from "./palette.js";

const instance: Instance = {
  instanceId: "local-0abc123def45",
  provider: "local",
  state: "running",
  queueId: "first-pipeline",
  launchedAt: "2026-01-27T18:00:00.000Z",
  tags: { team: "ml" },
  root: "/state/instances/local-0abc123def45",
  workingDirectory: "/work",
  storeRoot: "/state/results",
  carried: [],
};
const estimate = { ms: 180_000, atLeast: false };
const resultsLocation = "/state/results/first-pipeline/";

describe("launch", () => {
  it("is told as the tutorial does", () => {
    const { spec } = loadQueueFile('{"jobs": [{"job_id": "a", "command": "true"}]}', { fileName: "q.json" });
    if (spec === undefined) throw new Error("the test's queue file is wrong");
    expect(launchHeading({ queueId: "first-pipeline", spec })).toBe(
      "🚀 Launching batch queue...\n\nQueue: first-pipeline\nJobs: 1\nProvider: local",
    );
    expect(
      `\n${launchReport({ instance, ref: "first-pipeline", estimate, resultsLocation }, paletteOf(false))}\n`,
    ).toBe(`
Instance launched! 🎉

Instance ID: local-0abc123def45
Queue ID: first-pipeline

Monitor:
  spawn queue status first-pipeline
  spawn queue status first-pipeline --watch

Results: /state/results/first-pipeline/
Estimated runtime: 3m (timeouts along the critical path)
`);
  });

  it("does not promise what no timeout bounds", () => {
    expect(runtimeLine({ ms: 60_000, atLeast: true })).toContain("at least 1m");
    expect(runtimeLine({ ms: 0, atLeast: true })).toContain("unknown");
  });

  it("has the same for programs", () => {
    const time = (wallMs: number): string => new Date(wallMs).toISOString();
    expect(launchJson({ instance, estimate, resultsLocation, status: undefined, time })).toEqual({
      schema_version: 1,
      dry_run: false,
      instance_id: "local-0abc123def45",
      name: null,
      queue_id: "first-pipeline",
      provider: "local",
      state: "running",
      launched_at: "2026-01-27T18:00:00.000Z",
      tags: { team: "ml" },
      results_location: resultsLocation,
      ttl_expires_at: null,
      estimated_cost: null,
      estimated_runtime: { duration: "3m", seconds: 180, at_least: false },
    });
    expect(launchJson({ queueId: "first-pipeline", estimate, resultsLocation })).toMatchObject({
      dry_run: true,
      instance_id: null,
    });
    const unbounded = launchJson({ queueId: "q", estimate: { ms: 0, atLeast: true }, resultsLocation });
    expect(unbounded).toHaveProperty("estimated_runtime", null);
  });
});
