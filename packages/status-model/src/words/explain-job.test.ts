import { SpawnError } from "@spawn/foundation";
import { describe, expect, it } from "vitest";
import type { JournalEvent } from "../journal-events.js";
import { queueStatus } from "../status/queue-status-of.js";
import { buildJob, buildQueueCreated, foldOf, START_AT } from "../testing/journals.js";
import { attemptEvents } from "../testing/pipelines.js";
import { explainJob } from "./explain-job.js";

const failed = { reason: "exit", exitCode: 3 } as const;

const jobs = [
  buildJob("fetch", { maxAttempts: 2, retryDelayMs: 20_000 }),
  buildJob("train", { dependsOn: ["fetch"], onFailure: "alarm" }),
  buildJob("report", { dependsOn: ["train"] }),
  buildJob("alarm"),
  buildJob("other"),
];

function explain(
  events: readonly JournalEvent[],
  t: number,
  job: string,
  runner: "alive" | "gone" = "alive",
) {
  const fold = foldOf([buildQueueCreated(jobs), { type: "queue-started", t: 0 }, ...events]);
  return explainJob(queueStatus(fold, { wallMs: START_AT + t, t, runner, timeZone: "UTC" }), job);
}

describe("explainJob", () => {
  it("says what a pending job waits for, all the way down", () => {
    const events = attemptEvents("fetch", 1, 0);
    expect(explain(events, 5000, "report")).toEqual([
      "report waits for train.",
      "train is pending (needs fetch).",
      "fetch is running.",
    ]);
    expect(explain(events, 5000, "alarm")[0]).toBe("alarm runs only if train fails.");
    expect(explain(events, 5000, "other")).toEqual(["other has all it needs and waits for a free slot."]);
    expect(explain(events, 5000, "fetch")).toEqual(["fetch is running, attempt 1, 1 of 2 attempts used."]);
    expect(explain(events, 5000, "other", "gone").at(-1)).toBe(
      "The queue is interrupted: its runner is gone.",
    );
  });

  it("says why a job is tried again, and when", () => {
    expect(explain(attemptEvents("fetch", 1, 0, { t: 5000, outcome: failed }), 10_000, "fetch")).toEqual([
      "fetch failed (exit code 3) and is tried again in 15s: 1 of 2 attempts used.",
      "Attempt 1: exit code 3 after 5s.",
    ]);
  });

  it("says what became of each job after a failure", () => {
    const events = [
      ...attemptEvents("fetch", 1, 0, { t: 5000, outcome: failed }),
      { type: "backoff-elapsed", t: 25_000, job: "fetch", attempt: 1 } as const,
      ...attemptEvents("fetch", 2, 25_000, { t: 29_000, outcome: { reason: "oom" } }),
    ];
    expect(explain(events, 30_000, "fetch")).toEqual([
      "fetch failed: out of memory; 2 of 2 attempts used.",
      "Attempt 1: exit code 3 after 5s.",
    ]);
    expect(explain(events, 30_000, "report")).toEqual([
      "report is blocked: it needs train.",
      "train is blocked (needs fetch).",
      "fetch is failed (out of memory).",
    ]);
    expect(explain(events, 30_000, "alarm")).toEqual(["alarm was skipped: no failure triggered it."]);
    expect(explain(events, 30_000, "other")).toEqual([
      "other was cancelled: the queue stopped after a failure.",
    ]);
  });

  it("says that a resume made a job run again", () => {
    const events: JournalEvent[] = [
      ...attemptEvents("fetch", 1, 0, { t: 5000 }),
      ...attemptEvents("train", 1, 5000, { t: 9000, outcome: { reason: "signal", signal: 9 } }),
      ...attemptEvents("alarm", 1, 9000, { t: 9500 }),
      { type: "queue-finished", t: 9500, outcome: { state: "failed", reason: "job-failed" } },
      { type: "queue-resumed", t: 20_000, jobs: ["train", "report", "other"] },
      ...attemptEvents("train", 2, 20_000),
    ];
    expect(explain(events, 21_000, "train")).toEqual([
      "train is running, attempt 2, 1 of 1 attempt used.",
      "The last resume made it run again, with a fresh budget of attempts.",
      "Attempt 1: killed by signal 9 (SIGKILL) after 4s.",
    ]);
    expect(explain(events, 21_000, "fetch")).toEqual([
      "fetch completed with exit code 0, 1 of 2 attempts used.",
    ]);
  });

  it("names the jobs there are when asked for another", () => {
    try {
      explain([], 0, "trian");
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof SpawnError)) throw error;
      expect(error.code).toBe("job-not-found");
      expect(error.hint).toBe("Its jobs: fetch, train, report and 2 others.");
    }
  });
});
