import { isCurrent, jobState, queueOutcome, resumableJobs } from "@spawn/dag-core";
import { arbitraryRequests, arbitraryWorld, runWithRequests, simulatorOf } from "@spawn/dag-core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JournalEvent } from "../journal-events.js";
import { definitionFrom } from "../testing/arbitrary-run.js";
import { buildJob, buildQueueCreated, foldOf, START_AT } from "../testing/journals.js";
import { moveQueue } from "./move-queue.js";
import { QueueFold } from "./queue-fold.js";
import { renewals } from "./renewals.js";

const runs = process.env.SPAWN_LONG === "1" ? 3000 : 200;

const elsewhere = { instanceId: "local-other", resultsLocation: "/elsewhere/" };

/** Moves the queue of these events, after which everything that completed is absent, and gives what was recorded. */
function moved(events: readonly JournalEvent[], absence: "lost" | "undeclared") {
  const fold = foldOf([...events]);
  const recorded: JournalEvent[] = [];
  const t = fold.latest?.t ?? 0;
  const completed = fold.created.jobs.flatMap(({ id }) => {
    const state = jobState(fold.scheduler, id);
    return state.phase === "ended" && state.state === "completed" ? [id] : [];
  });
  const absent = { lost: [], undeclared: [], [absence]: completed };
  moveQueue(fold, { place: elsewhere, absent, t, random: () => 0.5 }, (event) => {
    recorded.push(event);
    fold.apply({ seq: events.length + recorded.length, at: START_AT, event });
  });
  return { fold, recorded, completed };
}

describe("a queue that goes on elsewhere", () => {
  it("after any run, cut anywhere: nothing runs, no retry is used up, and it can be resumed or is over", () => {
    let resumed = 0;
    fc.assert(
      fc.property(
        arbitraryWorld({ globalTimeout: true }),
        arbitraryRequests(),
        fc.nat(),
        (world, requests, cut) => {
          const simulator = simulatorOf(world);
          runWithRequests(simulator, requests);
          const all = [buildQueueCreated([], definitionFrom(world.input)), ...simulator.events];
          const events = all.slice(0, 1 + (cut % all.length));
          const before = foldOf(events);
          const { fold, recorded } = moved(events, "lost");
          expect(fold.running).toEqual([]);
          expect(fold.created.instanceId).toBe("local-other");
          expect(recorded.filter(({ type }) => type === "attempt-ended")).toHaveLength(before.running.length);
          if (before.started === undefined) return;
          const outcome = queueOutcome(fold.scheduler);
          expect(fold.finished).toEqual(outcome);
          const open = new Set(resumableJobs(fold.scheduler));
          const again = renewals(fold, open);
          const jobs = [...new Set([...open, ...again.keys()])];
          const t = fold.latest?.t ?? 0;
          expect(isCurrent(fold.scheduler, { type: "queue-resumed", t, jobs })).toBe(true);
          resumed += 1;

          // A snapshot says it all again.
          const restored = new QueueFold();
          const state = JSON.parse(JSON.stringify(fold.snapshot()));
          restored.apply({ seq: 1, at: START_AT, event: { type: "snapshot", t, segment: 2, state } });
          expect([...renewals(restored, open)]).toEqual([...again]);
        },
      ),
      { numRuns: runs },
    );
    expect(resumed).toBeGreaterThan(runs / 4);
  });
});

describe("renewals", () => {
  const jobs = [
    buildJob("fetch"),
    buildJob("clean", { dependsOn: ["fetch"] }),
    buildJob("train", { dependsOn: ["clean"] }),
    buildJob("aside"),
  ];
  const done = (id: string): JournalEvent[] => [
    { type: "attempt-starting", t: 0, job: id, attempt: 1 },
    { type: "attempt-ended", t: 0, job: id, attempt: 1, outcome: { reason: "exit", exitCode: 0 }, random: 0 },
  ];
  const events: JournalEvent[] = [
    buildQueueCreated(jobs),
    { type: "queue-started", t: 0 },
    ...["fetch", "clean", "aside"].flatMap(done),
  ];

  it("are the completed ancestors of unfinished work that declare nothing", () => {
    const { fold } = moved(events, "undeclared");
    expect([...renewals(fold, ["train"])]).toEqual([
      ["fetch", "undeclared"],
      ["clean", "undeclared"],
    ]);
    expect([...renewals(fold, [])]).toEqual([]);
  });

  it("are all whose declared results were lost, until they run again", () => {
    const { fold } = moved(events, "lost");
    expect([...renewals(fold, [])].map(([id]) => id)).toEqual(["fetch", "clean", "aside"]);
    const t = fold.latest?.t ?? 0;
    const again: JournalEvent[] = [
      { type: "queue-resumed", t, jobs: ["aside"] },
      { type: "attempt-starting", t, job: "aside", attempt: 2 },
      {
        ...{ type: "attempt-ended", t, job: "aside", attempt: 2 },
        ...{ outcome: { reason: "exit", exitCode: 0 }, random: 0 },
      },
    ];
    for (const [index, event] of again.entries()) fold.apply({ seq: 100 + index, at: START_AT, event });
    expect([...renewals(fold, [])].map(([id]) => id)).toEqual(["fetch", "clean"]);
  });
});
