import { seededRandom } from "@spawn/foundation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildGraph } from "../graph/job-graph.js";
import {
  arbitraryRequests,
  arbitraryWorld,
  runWithRequests,
  Simulator,
  SUCCESS,
  simulatorOf,
} from "../testing/index.js";
import { predict } from "../testing/predict.js";
import { checkInvariants } from "./check-invariants.js";
import { counts, firstFailure, jobBudget, jobState, queueOutcome } from "./inspect.js";
import { isSettled, statusOf } from "./job-status.js";
import { pendingEffects } from "./pending-effects.js";
import { replay } from "./replay.js";
import { resumableJobs } from "./resumable-jobs.js";
import type { SchedulerState } from "./scheduler-state.js";

const LONG = process.env.SPAWN_LONG === "1";
const RUNS = { numRuns: LONG ? 10_000 : 300, seed: 20260127 };
const TIMEOUT_MS = LONG ? 600_000 : 30_000;

function statuses({ graph, jobs }: SchedulerState): Map<string, string> {
  return new Map(graph.jobs.map(({ id }, job) => [id, statusOf(jobs[job]!)]));
}

/** All that can be seen of a state. */
function visible(state: SchedulerState): unknown {
  const ids = state.graph.jobs.map(({ id }) => id);
  return {
    jobs: ids.map((id) => jobState(state, id)),
    budgets: ids.map((id) => jobBudget(state, id)),
    counts: counts(state),
    effects: pendingEffects(state),
    outcome: queueOutcome(state),
    firstFailure: firstFailure(state),
  };
}

describe("random DAGs, random orders of events", { timeout: TIMEOUT_MS }, () => {
  test("the invariants hold after every step, the run ends, and says so once", () => {
    fc.assert(
      fc.property(arbitraryWorld({ globalTimeout: true }), arbitraryRequests(), (world, requests) => {
        const simulator = simulatorOf(world, checkInvariants);
        runWithRequests(simulator, requests);
        const { state, finished } = simulator;
        expect(state.jobs.every(isSettled)).toBe(true);
        expect(finished.filter((outcome) => outcome.state !== "interrupted")).toEqual([queueOutcome(state)]);
      }),
      RUNS,
    );
  });

  test("what becomes of each job is what the rules say, whatever the order", () => {
    fc.assert(
      fc.property(arbitraryWorld({ failureMode: "continue" }), (world) => {
        const { state } = runToEnd(simulatorOf(world));
        const order = Array.from(state.graph.order, (job) => state.graph.jobs[job]!.id);
        expect(statuses(state)).toEqual(predict(state.graph, order, world.script));
      }),
      RUNS,
    );
  });

  test("the final states do not depend on the order of events", () => {
    fc.assert(
      fc.property(arbitraryWorld({ failureMode: "continue" }), fc.nat(), (world, otherSeed) => {
        const one = runToEnd(simulatorOf(world));
        const other = runToEnd(simulatorOf({ ...world, seed: otherSeed, slots: 2 }));
        expect(other.state.jobs).toEqual(one.state.jobs);
        expect(queueOutcome(other.state)).toEqual(queueOutcome(one.state));
      }),
      RUNS,
    );
  });

  test("replaying any prefix gives the state that running it gave", () => {
    fc.assert(
      fc.property(arbitraryWorld({ globalTimeout: true }), arbitraryRequests(), (world, requests) => {
        const snapshots: unknown[] = [];
        const simulator = simulatorOf(world, (state) => snapshots.push(visible(state)));
        runWithRequests(simulator, requests);
        const graph = buildGraph(world.input);
        for (const [index] of simulator.events.entries()) {
          const { state, effects } = replay(graph, simulator.events.slice(0, index + 1));
          expect(visible(state)).toEqual(snapshots[index]);
          expect(effects).toEqual(pendingEffects(state));
        }
      }),
      RUNS,
    );
  });

  test("a run that is taken over after any event comes to the same end", () => {
    fc.assert(
      fc.property(arbitraryWorld({ failureMode: "continue" }), fc.nat(), (world, cut) => {
        const whole = runToEnd(simulatorOf(world));
        const graph = buildGraph(world.input);
        const { state } = replay(graph, whole.events.slice(0, 1 + (cut % whole.events.length)));
        const random = seededRandom(world.seed + 1);
        const takenOver = runToEnd(
          new Simulator(graph, { script: world.script, random, onStep: checkInvariants }, state),
        );
        expect(takenOver.state.jobs).toEqual(whole.state.jobs);
      }),
      RUNS,
    );
  });

  test("a job starts only after what it waits for", () => {
    fc.assert(
      fc.property(arbitraryWorld({ globalTimeout: true }), arbitraryRequests(), (world, requests) => {
        const byId = new Map(world.input.jobs.map((job) => [job.id, job]));
        const handlers = new Set(world.input.jobs.map(({ onFailure }) => onFailure));
        const simulator = simulatorOf(world, (state, event) => {
          if (event.type !== "attempt-starting") return;
          const own = byId.get(event.job);
          const rest = own?.dependsOn.map((id) => jobState(state, id)) ?? [];
          if (own?.alwaysRun === true || handlers.has(event.job)) expect(rest.every(isSettled)).toBe(true);
          else expect(rest.map(statusOf)).toEqual(rest.map(() => "completed"));
        });
        runWithRequests(simulator, requests);
      }),
      RUNS,
    );
  });

  test("under stop, no ordinary attempt starts after the first failure", () => {
    fc.assert(
      fc.property(arbitraryWorld({ failureMode: "stop" }), (world) => {
        let stopped = false;
        const simulator = simulatorOf(world, (state, event) => {
          const kind = event.type === "attempt-starting" ? kindOf(state, event.job) : undefined;
          expect(stopped && kind === "normal").toBe(false);
          stopped = firstFailure(state) !== undefined;
        });
        runToEnd(simulator);
      }),
      RUNS,
    );
  });

  test("alwaysRun jobs run, whatever happened, unless forced not to", () => {
    fc.assert(
      fc.property(
        arbitraryWorld({ globalTimeout: true }),
        arbitraryRequests(["cancel", "interrupt"]),
        (world, requests) => {
          const simulator = simulatorOf(world);
          runWithRequests(simulator, requests);
          const cleanup = world.input.jobs.filter(({ alwaysRun }) => alwaysRun === true);
          const phases = cleanup.map(({ id }) => jobState(simulator.state, id).phase);
          expect(phases).toEqual(cleanup.map(() => "ended"));
        },
      ),
      RUNS,
    );
  });

  test("a resumed run in which nothing fails any more completes, and reuses no attempt number", () => {
    fc.assert(
      fc.property(arbitraryWorld({ globalTimeout: true }), arbitraryRequests(), (world, requests) => {
        const first = simulatorOf(world);
        runWithRequests(first, requests);
        const { state } = first;
        const random = seededRandom(world.seed);
        const second = new Simulator(
          state.graph,
          { script: () => SUCCESS, random, onStep: checkInvariants },
          state,
        );
        second.send({ type: "queue-resumed", t: second.t, jobs: resumableJobs(state) });
        second.run();
        const { completed, skipped, total } = counts(state);
        if (world.input.globalTimeoutMs === undefined) {
          expect(queueOutcome(state)).toEqual({ state: "completed", reason: "completed" });
          expect(completed + skipped).toBe(total);
        }
        const starts = [...first.events, ...second.events].flatMap((event) =>
          event.type === "attempt-starting" ? [`${event.job} ${event.attempt}`] : [],
        );
        expect(new Set(starts).size).toBe(starts.length);
      }),
      RUNS,
    );
  });
});

function runToEnd(simulator: Simulator): Simulator {
  simulator.run();
  expect(queueOutcome(simulator.state)).toBeDefined();
  return simulator;
}

function kindOf({ graph }: SchedulerState, id: string): string | undefined {
  return graph.kinds[graph.jobs.findIndex((job) => job.id === id)];
}
