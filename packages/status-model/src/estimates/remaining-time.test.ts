import { describe, expect, it } from "vitest";
import type { JournalEvent, JournalJob } from "../journal-events.js";
import { buildJob, buildQueueCreated, foldOf } from "../testing/journals.js";
import { attemptEvents } from "../testing/pipelines.js";
import { remainingMs } from "./remaining-time.js";

const none = () => undefined;

function remaining(jobs: readonly JournalJob[], events: readonly JournalEvent[], t: number) {
  const fold = foldOf([buildQueueCreated(jobs), { type: "queue-started", t: 0 }, ...events]);
  return remainingMs(fold, t, none);
}

describe("remainingMs", () => {
  const a = buildJob("a", { timeoutMs: 1000 });

  it("follows the longest path of what is left", () => {
    const jobs = [a, buildJob("b", { timeoutMs: 500, dependsOn: ["a"] }), buildJob("c", { timeoutMs: 5000 })];
    expect(remaining(jobs, [], 0)).toBe(5000);
    const late = [...attemptEvents("c", 1, 0, { t: 10 }), ...attemptEvents("a", 1, 10)];
    expect(remaining(jobs, late, 210)).toBe(800 + 500);
  });

  it("is unknown while a job that will run has no limit", () => {
    const jobs = [a, buildJob("b")];
    expect(remaining(jobs, [], 0)).toBeUndefined();
    expect(remaining(jobs, attemptEvents("b", 1, 0), 5)).toBeUndefined();
    expect(remaining(jobs, attemptEvents("b", 1, 0, { t: 5 }), 5)).toBe(1000);
  });

  it("reckons with cleanup, and not with handlers of failures that did not happen", () => {
    const jobs = [
      buildJob("a", { timeoutMs: 1000, onFailure: "alarm" }),
      buildJob("alarm", { timeoutMs: 9000 }),
      buildJob("after-alarm", { dependsOn: ["alarm"] }),
      buildJob("cleanup", { timeoutMs: 300, alwaysRun: true }),
    ];
    expect(remaining(jobs, [], 0)).toBe(1300);
    const failed = attemptEvents("a", 1, 0, { t: 10, outcome: { reason: "exit", exitCode: 1 } });
    expect(remaining(jobs, failed, 10)).toBe(9300);
  });

  it("is nothing when all is over", () => {
    expect(remaining([a], attemptEvents("a", 1, 0, { t: 10 }), 10)).toBe(0);
  });
});
