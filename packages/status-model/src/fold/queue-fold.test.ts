import { counts, jobState } from "@spawn/dag-core";
import { arbitraryRequests, arbitraryWorld, runWithRequests, simulatorOf } from "@spawn/dag-core/testing";
import { SpawnError } from "@spawn/foundation";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeJournal } from "../journal/decoder.js";
import type { JournalEvent } from "../journal-events.js";
import { queueStatusSchema } from "../status/queue-status.js";
import { queueStatus } from "../status/queue-status-of.js";
import { definitionFrom } from "../testing/arbitrary-run.js";
import {
  buildJob,
  buildJournal,
  buildQueueCreated,
  buildRecords,
  foldOf,
  START_AT,
} from "../testing/journals.js";
import { attemptEvents } from "../testing/pipelines.js";
import { statusView } from "../view/status-view.js";
import { explainJob } from "../words/explain-job.js";
import { ATTEMPTS_KEPT } from "./job-history.js";
import { QueueFold, WARNINGS_KEPT } from "./queue-fold.js";

const runs = process.env.SPAWN_LONG === "1" ? 3000 : 100;

describe("QueueFold", () => {
  it("over any run: the status is valid, adds up and can be told in words, at every step", () => {
    fc.assert(
      fc.property(arbitraryWorld({ globalTimeout: true }), arbitraryRequests(), (world, requests) => {
        const simulator = simulatorOf(world);
        runWithRequests(simulator, requests);
        const fold = new QueueFold();
        for (const record of buildRecords([
          buildQueueCreated([], definitionFrom(world.input)),
          ...simulator.events,
        ])) {
          fold.apply(record);
          const status = queueStatus(fold, {
            wallMs: record.at,
            t: record.event.t,
            runner: "alive",
            timeZone: "UTC",
          });
          expect(queueStatusSchema.safeParse(JSON.parse(JSON.stringify(status))).error).toBeUndefined();

          const { total, ...parts } = status.jobs;
          expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(total);
          const tally = (...states: string[]): number =>
            status.job_details.filter((job) => states.includes(job.status)).length;
          expect(status.jobs).toEqual({
            total: world.input.jobs.length,
            completed: tally("completed"),
            running: tally("running", "retrying"),
            pending: tally("pending", "blocked"),
            failed: tally("failed"),
            skipped: tally("skipped"),
            cancelled: tally("cancelled"),
          });

          const view = statusView(status, { timeZone: "UTC" });
          expect(view.currentJobs).toHaveLength(tally("running"));
          expect(JSON.stringify(view)).not.toMatch(/undefined|NaN|Infinity|unknown/);
          for (const { job_id } of status.job_details) {
            expect(explainJob(status, job_id).join("\n")).not.toMatch(/undefined|NaN| {2}|\(\)|needs \./);
          }
        }
        expect(counts(fold.scheduler)).toEqual(counts(simulator.state));
        for (const { id } of world.input.jobs) {
          expect(jobState(fold.scheduler, id)).toEqual(jobState(simulator.state, id));
        }
      }),
      { seed: 17, numRuns: runs },
    );
  });

  it("gives the same effects from the journal's bytes as from the events", () => {
    fc.assert(
      fc.property(arbitraryWorld(), (world) => {
        const simulator = simulatorOf(world);
        simulator.run();
        const records = buildRecords([
          buildQueueCreated([], definitionFrom(world.input)),
          ...simulator.events,
        ]);
        const live = new QueueFold();
        const replayed = new QueueFold();
        const decoded = decodeJournal(buildJournal(records)).records;
        for (const [index, record] of records.entries()) {
          const again = decoded[index];
          if (again === undefined) throw new Error("a record is missing");
          expect(replayed.apply(again)).toEqual(live.apply(record));
        }
      }),
      { seed: 19, numRuns: runs },
    );
  });

  it("remembers the last attempts of a job that retries for long, and counts the rest", () => {
    const events: JournalEvent[] = [
      buildQueueCreated([buildJob("flaky", { maxAttempts: 1000, retryDelayMs: 1000 })]),
      { type: "queue-started", t: 0 },
    ];
    for (let attempt = 1; attempt <= 300; attempt++) {
      const t = attempt * 10_000;
      events.push(
        { type: "attempt-starting", t, job: "flaky", attempt },
        { type: "attempt-started", t, job: "flaky", attempt, pid: attempt, pidStart: 1 },
        { type: "attempt-ended", t: t + 5000, job: "flaky", attempt, outcome: { reason: "oom" }, random: 0 },
        { type: "backoff-elapsed", t: t + 6000, job: "flaky", attempt },
      );
    }
    const history = foldOf(events).job("flaky");
    expect(history.attempts).toHaveLength(ATTEMPTS_KEPT);
    expect(history.forgotten).toBe(300 - ATTEMPTS_KEPT);
    expect(history.firstStarted).toEqual({ at: START_AT + 10_000, t: 10_000 });
    expect(history.last).toEqual({
      attempt: 300,
      fingerprint: expect.any(String),
      bootId: "",
      started: { at: START_AT + 3_000_000, t: 3_000_000 },
      process: { pid: 300, pidStart: 1 },
      ended: { at: START_AT + 3_005_000, t: 3_005_000 },
      outcome: { reason: "oom" },
    });
  });

  it("keeps the latest warnings", () => {
    const warnings = Array.from({ length: WARNINGS_KEPT + 5 }, (_, i): JournalEvent => {
      return { type: "warning", t: i, message: `warning ${i}`, ...(i % 2 === 0 ? { job: "a" } : {}) };
    });
    const fold = foldOf([buildQueueCreated([buildJob("a")]), ...warnings]);
    expect(fold.warnings).toHaveLength(WARNINGS_KEPT);
    expect(fold.warnings[0]).toEqual({ at: START_AT + 5, t: 5, message: "warning 5" });
    expect(fold.warnings[1]?.job).toBe("a");
  });

  it("forgets what was warned of once that is past: of an attempt, when a later one is stored, and of another instance", () => {
    const warn = (message: string, more: { job?: string; attempt?: number } = {}): JournalEvent => ({
      type: "warning",
      t: 1,
      message,
      ...more,
    });
    const events: JournalEvent[] = [
      buildQueueCreated([buildJob("a"), buildJob("b")]),
      warn("the instance ends in 5m"),
      warn("out/* matches nothing", { job: "a", attempt: 1 }),
      warn("out/* matches nothing", { job: "b", attempt: 1 }),
      warn("its log may show secrets", { job: "a" }),
    ];
    const left = (more: readonly JournalEvent[]): readonly string[] =>
      foldOf([...events, ...more]).warnings.map(({ job = "", message }) => `${job}: ${message}`);
    const stored: JournalEvent = { type: "results-stored", t: 2, job: "a", attempt: 2, files: 1, bytes: 1 };
    const all = left([]);
    expect(left([stored])).toEqual(all.filter((text) => text !== "a: out/* matches nothing"));
    expect(left([{ ...stored, attempt: 1 }])).toEqual(all);
    expect(left([warn("out/* matches nothing", { job: "b", attempt: 2 })])).toEqual([
      ...all.filter((text) => !text.startsWith("b")),
      "b: out/* matches nothing",
    ]);
    const moved: JournalEvent = {
      ...{ type: "instance-changed", t: 2, instanceId: "i-2", resultsLocation: "s3://b/q/" },
      ...{ lost: [], undeclared: [] },
    };
    expect(left([moved])).toEqual(all.slice(1));
  });

  it("knows the instance's latest deadline, and keeps it in a snapshot", () => {
    const events: JournalEvent[] = [buildQueueCreated([buildJob("a")])];
    expect(foldOf(events).deadline).toBeUndefined();
    events.push({ type: "deadline-set", t: 0, deadline: START_AT + 60_000 });
    events.push({ type: "deadline-set", t: 5, deadline: START_AT + 90_000 });
    const fold = foldOf(events);
    expect(fold.deadline).toBe(START_AT + 90_000);
    const again = foldOf([{ type: "snapshot", t: 5, segment: 2, state: fold.snapshot() }]);
    expect(again.deadline).toBe(START_AT + 90_000);
  });

  it("knows until when the instance is kept: as much longer as its deadline moves, and no more once the queue goes on", () => {
    const until = START_AT + 30_000;
    const events: JournalEvent[] = [
      buildQueueCreated([buildJob("a")]),
      { type: "queue-started", t: 0 },
      { type: "deadline-set", t: 0, deadline: START_AT + 60_000 },
      { type: "interrupt-requested", t: 4, cause: "shutdown" },
      { type: "queue-finished", t: 4, outcome: { state: "interrupted", reason: "shutdown" } },
      { type: "instance-kept", t: 5, until, as: "running" },
    ];
    expect(foldOf(events).kept).toEqual({ until, as: "running" });
    const extended: JournalEvent[] = [
      ...events,
      { type: "deadline-set", t: 6, deadline: START_AT + 160_000 },
    ];
    expect(foldOf(extended).kept).toEqual({ until: until + 100_000, as: "running" });
    const state = foldOf(extended).snapshot();
    expect(foldOf([{ type: "snapshot", t: 6, segment: 2, state }]).kept?.until).toBe(until + 100_000);
    expect(foldOf([...extended, { type: "queue-resumed", t: 7, jobs: ["a"] }]).kept).toBeUndefined();
    expect(foldOf([...extended, { type: "queue-continued", t: 7 }]).kept).toBeUndefined();
  });

  it("goes on with a changed queue file: jobs keep what they reached", () => {
    const retry = buildJob("b", { dependsOn: ["a"] });
    const fold = foldOf([
      buildQueueCreated([buildJob("a"), retry, buildJob("gone")], { queueName: "Old" }),
      { type: "queue-started", t: 0 },
      ...attemptEvents("a", 1, 0, { t: 5 }),
      ...attemptEvents("b", 1, 5, { t: 9, outcome: { reason: "exit", exitCode: 1 } }),
      { type: "queue-finished", t: 9, outcome: { state: "failed", reason: "job-failed" } },
      {
        type: "queue-changed",
        t: 20,
        failureMode: "continue",
        maxParallel: 2,
        jobs: [buildJob("new"), buildJob("a"), { ...retry, command: "fixed" }],
      },
      { type: "queue-resumed", t: 20, jobs: ["new", "b"] },
      ...attemptEvents("b", 2, 20),
    ]);
    const status = queueStatus(fold, { wallMs: START_AT + 25, t: 25, runner: "alive", timeZone: "UTC" });
    expect(status).toMatchObject({ queue_id: "first-pipeline", status: "running" });
    expect(status.queue_name).toBeUndefined();
    expect(
      status.job_details.map(({ job_id, status: state, attempt, command }) => [
        job_id,
        state,
        attempt,
        command,
      ]),
    ).toEqual([
      ["new", "pending", 0, "run-new"],
      ["a", "completed", 1, "run-a"],
      ["b", "running", 2, "fixed"],
    ]);
    expect(status.job_details[2]?.previous_attempts).toHaveLength(1);
  });

  it("leaves events of a newer version aside", () => {
    const fold = foldOf([buildQueueCreated([buildJob("a")])]);
    const event = { type: "unknown", t: 7, original: { type: "moon-phase" } } as const;
    expect(fold.apply({ seq: 2, at: START_AT, event })).toEqual([]);
    expect(fold.latest).toEqual({ at: START_AT, t: 7 });
  });

  it("refuses a journal that does not begin with queue-created, or has two", () => {
    const created = buildQueueCreated([buildJob("a")]);
    for (const events of [[{ type: "queue-started", t: 0 } as const], [created, created]]) {
      expect(() => foldOf(events)).toThrow(expect.objectContaining({ code: "journal-damaged" }));
      expect(() => foldOf(events)).toThrow(SpawnError);
    }
  });
});
