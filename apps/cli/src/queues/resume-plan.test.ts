import { loadQueueFile, type QueueSpec, toQueueDefinition } from "@spawn/config-schema";
import type { Instance } from "@spawn/launcher";
import { type JournalEvent, type JournalRecord, queueStatus } from "@spawn/status-model";
import {
  attemptEvents,
  buildJob,
  buildQueueCreated,
  buildRecords,
  firstPipelineCompleted,
  firstPipelineRunning,
  foldOf,
  START_AT,
} from "@spawn/status-model/testing";
import { describe, expect, it } from "vitest";
import { paletteOf } from "../render/palette.js";
import { resumePlanText } from "../render/resume-plan-text.js";
import { changeQueue } from "./changed-file.js";
import { planResume, type ResumePlan, refuseRunning } from "./resume-plan.js";

const instance: Instance = {
  instanceId: "local-1",
  provider: "local",
  state: "stopped",
  queueId: "first-pipeline",
  launchedAt: "2026-01-27T18:00:00.000Z",
  tags: {},
  root: "/instances/local-1",
  workingDirectory: "/work",
  storeRoot: "/results",
  carried: [],
};

const failedQueue: readonly JournalEvent[] = [
  buildQueueCreated([
    buildJob("prep"),
    buildJob("train", { dependsOn: ["prep"] }),
    buildJob("evaluate", { dependsOn: ["train"] }),
  ]),
  { type: "queue-started", t: 0 },
  ...attemptEvents("prep", 1, 0, { t: 1_000 }),
  ...attemptEvents("train", 1, 1_000, { t: 5_000, outcome: { reason: "exit", exitCode: 3 } }),
  { type: "queue-finished", t: 5_000, outcome: { state: "failed", reason: "job-failed" } },
];

function plan(
  events: readonly JournalEvent[],
  { rerun = [], runner = "gone" }: Partial<PlanCase> = {},
): ResumePlan {
  const fold = foldOf(events);
  const status = queueStatus(fold, { wallMs: START_AT + 60_000, t: 60_000, runner });
  refuseRunning(status, instance);
  return planResume(fold, status, { rerun });
}

interface PlanCase {
  readonly rerun: readonly string[];
  readonly runner: "alive" | "gone";
}

describe("planResume", () => {
  it("runs again what did not complete, and says why", () => {
    expect(plan(failedQueue)).toEqual({
      kind: "again",
      jobs: [
        { id: "train", why: "failed: exit code 3" },
        { id: "evaluate", why: "blocked: a job it depends on did not complete" },
      ],
      removed: [],
      kept: 1,
    });
  });

  it("runs a named job again, and all downstream of it", () => {
    expect(plan(firstPipelineCompleted(), { rerun: ["step2"] })).toEqual({
      kind: "again",
      jobs: [
        { id: "step2", why: "named by --rerun" },
        { id: "step3", why: "downstream of step2" },
      ],
      removed: [],
      kept: 1,
    });
  });

  it("goes on with a queue that lost its runner", () => {
    expect(plan(firstPipelineRunning())).toEqual({
      kind: "continue",
      jobs: [
        { id: "step2", why: "attempt 1 was under way" },
        { id: "step3", why: "has not run yet" },
      ],
      removed: [],
      kept: 1,
    });
  });

  it("says which attempt is due of a job that failed and has more", () => {
    const retrying: readonly JournalEvent[] = [
      buildQueueCreated([buildJob("flaky", { maxAttempts: 3 })]),
      { type: "queue-started", t: 0 },
      ...attemptEvents("flaky", 1, 0, { t: 1_000, outcome: { reason: "exit", exitCode: 3 } }),
    ];
    expect(plan(retrying).jobs).toEqual([{ id: "flaky", why: "attempt 2 of 3 is due" }]);
  });

  it.each<[string, readonly JournalEvent[], Partial<PlanCase>, string]>([
    ["that runs", firstPipelineRunning(), { runner: "alive" }, "already-running"],
    ["of which everything completed", firstPipelineCompleted(), {}, "not-resumable"],
    ["without the job that is named", failedQueue, { rerun: ["nope"] }, "job-not-found"],
    ["that is interrupted, with --rerun", firstPipelineRunning(), { rerun: ["step1"] }, "bad-arguments"],
  ])("refuses a queue %s", (_, events, input, code) => {
    expect(() => plan(events, input)).toThrow(expect.objectContaining({ code }));
  });
});

describe("a resume with another queue file", () => {
  const prep = { job_id: "prep", command: "true" };
  const train = { job_id: "train", command: "true", depends_on: ["prep"] };
  const evaluate = { job_id: "evaluate", command: "true", depends_on: ["train"] };

  /** A queue of these jobs of which all completed. */
  const completed = (jobs: readonly object[]): readonly JournalRecord[] => {
    const definition = toQueueDefinition(specOf(jobs), 2);
    const created = { ...buildQueueCreated(definition.jobs), ...definition };
    return buildRecords([
      created,
      { type: "queue-started", t: 0 },
      ...definition.jobs.flatMap(({ id }, i) => attemptEvents(id, 1, i * 10, { t: i * 10 + 5 })),
      { type: "queue-finished", t: 100, outcome: { state: "completed", reason: "completed" } },
    ]);
  };

  const specOf = (jobs: readonly object[], more: object = {}): QueueSpec => {
    const { spec } = loadQueueFile(JSON.stringify({ ...more, jobs }), { fileName: "new.json" });
    if (spec === undefined) throw new Error("not a queue file");
    return spec;
  };

  const planOf = (records: readonly JournalRecord[], spec: QueueSpec): ResumePlan => {
    const change = changeQueue(records, spec, "new.json");
    return planResume(change.fold, change.status, { rerun: [], change });
  };

  it("runs what changed again, with all that is downstream, and what is new", () => {
    const old = [
      prep,
      train,
      evaluate,
      { job_id: "alone", command: "true" },
      { job_id: "old", command: "true" },
    ];
    const now = [
      prep,
      { ...train, command: "better" },
      evaluate,
      { job_id: "alone", command: "true", environment: { A: "1" } },
      { job_id: "new", command: "true" },
    ];
    const plan = planOf(completed(old), specOf(now));
    expect(plan).toEqual({
      kind: "again",
      jobs: [
        { id: "train", why: "changed: command" },
        { id: "evaluate", why: "downstream of train, alone" },
        { id: "alone", why: "changed: environment or shell" },
        { id: "new", why: "new in the file" },
      ],
      removed: ["old"],
      kept: 1,
    });
    expect(resumePlanText(plan, "q", paletteOf(false))).toContain("  ✗ old   no longer in the file");
  });

  it("takes other dependencies for a change, and another name or limit for none", () => {
    const records = completed([prep, train]);
    expect(planOf(records, specOf([prep, { ...train, depends_on: [] }])).jobs).toEqual([
      { id: "train", why: "changed: dependencies" },
    ]);
    expect(() =>
      planOf(records, specOf([prep, { ...train, timeout: "5m" }], { queue_name: "Other" })),
    ).toThrow(expect.objectContaining({ code: "not-resumable" }));
  });

  it("is refused with the file of another queue", () => {
    expect(() => planOf(completed([prep]), specOf([prep], { queue_id: "x" }))).toThrow(
      expect.objectContaining({ code: "bad-arguments" }),
    );
  });

  it("of a queue that a lost runner left, what ran and what has not run yet runs too", () => {
    const records = completed([prep]).slice(0, -1);
    expect(planOf(records, specOf([prep, train])).jobs).toEqual([{ id: "train", why: "new in the file" }]);
    const running = records.slice(
      0,
      records.findIndex(({ event }) => event.type === "attempt-ended"),
    );
    expect(planOf(running, specOf([prep, train])).jobs).toEqual([
      { id: "prep", why: "attempt 1 was cut short" },
      { id: "train", why: "new in the file" },
    ]);
    expect(planOf(running.slice(0, 1), specOf([prep])).jobs).toEqual([
      { id: "prep", why: "has not run yet" },
    ]);
  });
});

describe("resumePlanText", () => {
  it("shows the plan before it is carried out", () => {
    expect(`\n${resumePlanText(plan(failedQueue), "first-pipeline", paletteOf(false))}\n`).toBe(`
Running again in first-pipeline:
  ↻ train      failed: exit code 3
  ↻ evaluate   blocked: a job it depends on did not complete
1 completed job stays as it is.
`);
  });
});
