import { SpawnError } from "@spawn/foundation";
import { describe, expect, it } from "vitest";
import type { JournalEvent } from "../journal-events.js";
import { queueStatus } from "../status/queue-status-of.js";
import { buildJob, buildQueueCreated, foldOf, START_AT } from "../testing/journals.js";
import { attemptEvents } from "../testing/pipelines.js";
import { statusView } from "../view/status-view.js";
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

function snapshotOf(events: readonly JournalEvent[]): JournalEvent {
  return { type: "snapshot", t: events.at(-1)?.t ?? 0, segment: 2, state: foldOf(events).snapshot() };
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
    expect(explain(events, 5000, "fetch", "gone")).toEqual([
      "fetch was running when its runner went, attempt 1, 1 of 2 attempts used.",
      "Nothing has stopped it: it may go on or have ended since, and a resume takes over what there is.",
      "The queue is interrupted: its runner is gone.",
    ]);
    const cancelled: JournalEvent[] = [...events, { type: "cancel-requested", t: 4000, force: false }];
    expect(explain(cancelled, 5000, "fetch")[0]).toBe(
      "fetch is running, attempt 1, 1 of 2 attempts used; it is being stopped (cancelled).",
    );
    expect(explain(events, 5000, "other", "gone").at(-1)).toBe(
      "The queue is interrupted: its runner is gone.",
    );
  });

  it("says why a job is tried again, and when", () => {
    expect(explain(attemptEvents("fetch", 1, 0, { t: 5000, outcome: failed }), 10_000, "fetch")).toEqual([
      "fetch failed (exit code 3) and is tried again in 15s: 1 of 2 attempts used.",
      "Command: run-fetch",
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
      "Command: run-fetch",
      "Attempt 1: exit code 3 after 5s.",
    ]);
    expect(explain(events, 30_000, "report")).toEqual([
      "report is blocked: it needs train.",
      "train is blocked (needs fetch).",
      "fetch failed (out of memory).",
    ]);
    expect(explain(events, 30_000, "alarm")).toEqual(["alarm was skipped: no failure triggered it."]);
    expect(explain(events, 30_000, "other")).toEqual([
      "other was cancelled: the queue stopped after a failure.",
    ]);
  });

  it("says what the last attempt used, and what it declared", () => {
    const created = buildQueueCreated([buildJob("big", { resources: { memoryBytes: 2 ** 26 } })]);
    const fold = foldOf([
      created,
      { type: "queue-started", t: 0 },
      ...attemptEvents("big", 1, 0),
      { type: "attempt-usage", t: 5000, job: "big", attempt: 1, peakMemoryBytes: 2 ** 26, cpuSeconds: 2 },
      { type: "attempt-ended", t: 5000, job: "big", attempt: 1, outcome: { reason: "oom" }, random: 0 },
    ]);
    const status = queueStatus(fold, { wallMs: START_AT + 5000, t: 5000, runner: "alive" });
    const used = ["Declared Memory: 64 MiB", "Peak Memory: 64 MiB", "CPU Time: 2s"];
    expect(explainJob(status, "big")).toEqual([
      "big failed: out of memory; 1 of 1 attempt used.",
      "Command: run-big",
      ...used,
    ]);
    const { failure } = statusView(status, { timeZone: "UTC" });
    expect(failure?.lines.map(({ label, value }) => `${label}: ${value}`)).toEqual(
      expect.arrayContaining(["Reason: out of memory", ...used]),
    );
  });

  it("says of a cancelled job that the queue was cancelled", () => {
    const events: JournalEvent[] = [
      ...attemptEvents("fetch", 1, 0),
      { type: "cancel-requested", t: 1000, force: false },
      {
        type: "attempt-ended",
        t: 1000,
        job: "fetch",
        attempt: 1,
        outcome: { reason: "cancelled" },
        random: 0,
      },
    ];
    expect(explain(events, 2000, "fetch")[0]).toBe("fetch was cancelled, as the queue was.");
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

  it("says what a job waits for that has a slot and no room, and who has that", () => {
    const created = buildQueueCreated([
      buildJob("train", { resources: { gpus: 1, memoryBytes: 2 ** 30 } }),
      buildJob("light", { resources: { cpus: 0.5 } }),
      buildJob("evaluate", { resources: { gpus: 1 } }),
    ]);
    const events = [
      created,
      { type: "queue-started", t: 0 },
      ...attemptEvents("train", 1, 0),
      ...attemptEvents("light", 1, 0),
    ] as const;
    const explained = (maxParallel: number) => {
      const fold = foldOf([{ ...created, maxParallel }, ...events.slice(1)]);
      return explainJob(queueStatus(fold, { wallMs: START_AT, t: 0, runner: "alive" }), "evaluate");
    };
    expect(explained(4)).toEqual([
      "evaluate waits for nothing but resources: gpus: 1.",
      "train is running and holds gpus: 1.",
    ]);
    expect(explained(2)).toEqual(["evaluate has all it needs and waits for a free slot."]);
  });

  it("tells the queue's timeout from a job's own", () => {
    const created = buildQueueCreated([buildJob("own", { timeoutMs: 3000 }), buildJob("none")], {
      globalTimeoutMs: 4000,
    });
    const started = [
      created,
      { type: "queue-started", t: 0 },
      ...attemptEvents("own", 1, 0),
      ...attemptEvents("none", 1, 0),
      { type: "attempt-timed-out", t: 3000, job: "own", attempt: 1 },
      { type: "global-timeout-reached", t: 4000 },
    ] as const;
    const ended = ["own", "none"].map(
      (job) =>
        ({
          type: "attempt-ended",
          t: 4100,
          job,
          attempt: 1,
          outcome: { reason: "timeout" },
          random: 0,
        }) as const,
    );
    const said = (events: readonly JournalEvent[], job: string) =>
      explainJob(queueStatus(foldOf(events), { wallMs: START_AT + 5000, t: 5000, runner: "alive" }), job)[0];
    expect(said(started, "own")).toContain("it is being stopped (timed out after 3s)");
    expect(said(started, "none")).toContain("it is being stopped (ended by the queue's global timeout)");
    for (const events of [[...started, ...ended], [snapshotOf([...started, ...ended])]]) {
      expect(said(events, "own")).toBe("own failed: timed out after 3s; 1 of 1 attempt used.");
      expect(said(events, "none")).toBe(
        "none failed: ended by the queue's global timeout; 1 of 1 attempt used.",
      );
    }
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
