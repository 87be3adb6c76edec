import { type JournalEvent, queueStatus } from "@spawn/status-model";
import { firstPipelineRunning, foldOf, START_AT } from "@spawn/status-model/testing";
import { expect, it } from "vitest";
import { missingJobs, unstoredJobs } from "./unstored-jobs.js";

const unstored: JournalEvent = {
  ...{ type: "results-unstored", t: 16_000, job: "step2", attempt: 1 },
  message: "S3 says SlowDown",
};
const over: JournalEvent = {
  type: "queue-finished",
  t: 17_000,
  outcome: { state: "interrupted", reason: "shutdown" },
};

function statusAfter(...events: readonly JournalEvent[]) {
  return queueStatus(foldOf([...firstPipelineRunning(), ...events]), {
    wallMs: START_AT,
    t: 20_000,
    runner: "gone",
  });
}

it("names what the agent has given up, and not what it stored in the end", () => {
  expect(unstoredJobs(statusAfter(unstored, over), false)).toEqual([
    { job: "step2", why: "S3 says SlowDown" },
  ]);
  expect(unstoredJobs(statusAfter({ ...unstored, delayed: true }, over), false)).toEqual([]);
  expect(statusAfter({ ...unstored, delayed: true }, over).warnings).toEqual([]);
});

it("of an agent that was cut short, names every job that has run and is not known to be stored", () => {
  const jobs = unstoredJobs(statusAfter(), true).map(({ job }) => job);
  expect(jobs).toContain("step2");
  expect(jobs).not.toContain("step3");
});

it("names the jobs that have run and left nothing, once nothing more is to come", () => {
  const stored = new Set(["step1"]);
  expect(missingJobs(statusAfter(over), stored)).toEqual(["step2"]);
  expect(missingJobs(statusAfter(over), new Set(["step1", "step2"]))).toEqual([]);
  const running = queueStatus(foldOf(firstPipelineRunning()), { wallMs: START_AT, t: 1, runner: "alive" });
  expect(missingJobs(running, stored)).toEqual([]);
});
