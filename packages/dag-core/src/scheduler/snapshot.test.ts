import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildGraph } from "../graph/job-graph.js";
import {
  arbitraryRequests,
  arbitraryWorld,
  HandDrivenRun,
  runWithRequests,
  simulatorOf,
} from "../testing/index.js";
import { checkInvariants } from "./check-invariants.js";
import { createState } from "./create-state.js";
import { failedJobs, queueOutcome } from "./inspect.js";
import { nextStart } from "./next-start.js";
import { pendingEffects } from "./pending-effects.js";
import { resumableJobs } from "./resumable-jobs.js";
import { snapshotOf, stateFrom } from "./snapshot.js";
import { transition } from "./transition.js";

const LONG = process.env.SPAWN_LONG === "1";
const RUNS = { numRuns: LONG ? 5_000 : 150, seed: 20260127 };
const TIMEOUT_MS = LONG ? 600_000 : 30_000;

function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

describe("snapshotOf and stateFrom", { timeout: TIMEOUT_MS }, () => {
  test("at any moment, what comes back goes on as what was there: same state, same effects", () => {
    fc.assert(
      fc.property(arbitraryWorld({ globalTimeout: true }), arbitraryRequests(), (world, requests) => {
        const simulator = simulatorOf(world);
        runWithRequests(simulator, requests);
        simulator.send({ type: "queue-resumed", t: simulator.t, jobs: resumableJobs(simulator.state) });
        simulator.run();
        const { events } = simulator;
        const graph = buildGraph(world.input);
        const whole = createState(graph);
        for (let cut = 0; cut <= events.length; cut += 1) {
          const snapshot = snapshotOf(whole);
          const restored = stateFrom(graph, throughJson(snapshot));
          checkInvariants(restored);
          expect(snapshotOf(restored)).toEqual(snapshot);
          expect(pendingEffects(restored)).toEqual(pendingEffects(whole));
          expect(nextStart(restored)).toEqual(nextStart(whole));
          expect(queueOutcome(restored)).toEqual(queueOutcome(whole));
          const next = events[cut];
          if (next === undefined) continue;
          const { effects } = transition(whole, next);
          expect(transition(restored, next).effects).toEqual(effects);
          expect(snapshotOf(restored)).toEqual(snapshotOf(whole));
        }
      }),
      RUNS,
    );
  });

  test("keep the order of failures and of running attempts, which is not the file's", () => {
    const ids = ["a", "b", "c", "d"];
    const run = new HandDrivenRun({
      jobs: ids.map((id) => ({ id, dependsOn: [] })),
      failureMode: "continue",
    });
    run.fail("c");
    run.fail("a");
    run.start("d");
    run.start("b");
    const restored = stateFrom(run.state.graph, throughJson(snapshotOf(run.state)));
    expect(failedJobs(restored)).toEqual(["c", "a"]);
    const interrupt = { type: "interrupt-requested", t: run.t, cause: "spot" } as const;
    expect(transition(restored, interrupt).effects).toMatchObject([{ job: "d" }, { job: "b" }]);
  });

  test("leave out what has not begun", () => {
    const run = new HandDrivenRun({
      jobs: [
        { id: "a", dependsOn: [] },
        { id: "b", dependsOn: ["a"] },
      ],
    });
    expect(snapshotOf(run.state).jobs.map(({ id }) => id)).toEqual(["a"]);
  });

  test("refuse a snapshot of another DAG", () => {
    const { state } = new HandDrivenRun({ jobs: [{ id: "a", dependsOn: [] }] });
    const other = buildGraph({ jobs: [{ id: "b", dependsOn: [] }] });
    expect(() => stateFrom(other, snapshotOf(state))).toThrow('no job "a"');
  });
});
