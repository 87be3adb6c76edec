import { buildGraph, type DagInput, moveToGraph, resumableJobs, type SchedulerEvent } from "@spawn/dag-core";
import {
  arbitraryDag,
  arbitraryRequests,
  arbitraryWorld,
  type DagShape,
  runWithRequests,
  Simulator,
  simulatorOf,
} from "@spawn/dag-core/testing";
import { type Random, seededRandom } from "@spawn/foundation";
import fc from "fast-check";
import type { JournalEvent, JournalJob, QueueDefinition, RunnerEvent } from "../journal-events.js";
import { buildJob, buildQueueCreated } from "./journals.js";

/**
 * What a journal holds of a random run: its runners, processes, stored results and warnings; interruptions, the end, a
 * change of the queue file, and a resume.
 */
export function arbitraryRun(
  shape: DagShape = { globalTimeout: true },
): fc.Arbitrary<readonly JournalEvent[]> {
  return fc
    .record({
      world: arbitraryWorld(shape),
      requests: arbitraryRequests(),
      changed: fc.option(arbitraryDag(shape), { nil: undefined }),
    })
    .map(({ world, requests, changed }) => {
      const random = seededRandom(world.seed);
      const first = simulatorOf(world);
      runWithRequests(first, requests);
      const state = changed === undefined ? first.state : moveToGraph(first.state, buildGraph(changed));
      const { script, slots } = world;
      const second = new Simulator(
        state.graph,
        { script, slots, random: seededRandom(world.seed + 1) },
        state,
      );
      second.send({ type: "queue-resumed", t: first.t, jobs: resumableJobs(state) });
      second.run();
      return [
        buildQueueCreated([], definitionFrom(world.input)),
        ...journaled(first.events, random),
        ...(changed === undefined
          ? []
          : [{ type: "queue-changed" as const, t: first.t, ...definitionFrom(changed) }]),
        ...journaled(second.events, random),
      ];
    });
}

/** A queue file's definition of a DAG. */
export function definitionFrom({ jobs, failureMode = "stop", globalTimeoutMs }: DagInput): QueueDefinition {
  return {
    failureMode,
    ...(globalTimeoutMs === undefined ? {} : { globalTimeoutMs }),
    maxParallel: 4,
    jobs: jobs.map(({ retry, ...job }): JournalJob => {
      const built = buildJob(job.id, job);
      return retry === undefined ? built : { ...built, retry };
    }),
  };
}

/** One runner's part: its start, the scheduler's events with what it saw meanwhile, the end. */
function journaled(events: readonly SchedulerEvent[], random: Random): readonly JournalEvent[] {
  const last = events.at(-1)?.t ?? 0;
  return [
    runnerStarted(events[0]?.t ?? 0, random),
    ...events.flatMap((event) => [...before(event, random), event, ...after(event, random)]),
    { type: "queue-finished", t: last, outcome: { state: "failed", reason: "job-failed" } },
  ];
}

function runnerStarted(t: number, random: Random): RunnerEvent {
  const epoch = 1 + Math.floor(random.next() * 9);
  return {
    type: "runner-started",
    t,
    epoch,
    pid: 100 + epoch,
    bootId: `boot-${epoch}`,
    bootMs: 1000 + t,
    version: "0.1.0",
    containment: "process-group",
  };
}

function before(event: SchedulerEvent, random: Random): readonly JournalEvent[] {
  const { t } = event;
  if (event.type === "attempt-ended" && random.next() < 0.5) {
    const { job, attempt } = event;
    return [{ type: "attempt-usage", t, job, attempt, peakMemoryBytes: 4096, cpuSeconds: random.next() }];
  }
  if (event.type !== "queue-continued") return [];
  const outcome = { state: "interrupted", reason: "spot" } as const;
  return [{ type: "queue-finished", t, outcome }, runnerStarted(t, random)];
}

function after(event: SchedulerEvent, random: Random): readonly JournalEvent[] {
  if (event.type !== "attempt-starting" && event.type !== "attempt-ended") return [];
  if (random.next() < 0.5) return [];
  const { t, job, attempt } = event;
  if (event.type === "attempt-starting") {
    return [{ type: "attempt-started", t, job, attempt, pid: 200 + attempt, pidStart: t }];
  }
  return [
    { type: "attempt-usage", t, job, attempt, peakMemoryBytes: 4096 },
    { type: "results-stored", t, job, attempt, files: 1, bytes: 10 },
    { type: "warning", t, job, message: "it has no results" },
  ];
}
