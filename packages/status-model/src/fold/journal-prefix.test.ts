import { checkInvariants, queueOutcome, type SchedulerState } from "@spawn/dag-core";
import {
  arbitraryRequests,
  arbitraryWorld,
  runWithRequests,
  Simulator,
  simulatorOf,
  type World,
} from "@spawn/dag-core/testing";
import { seededRandom } from "@spawn/foundation";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeJournal } from "../journal/decoder.js";
import type { JournalEvent } from "../journal-events.js";
import { definitionFrom } from "../testing/arbitrary-run.js";
import { buildJournal, buildQueueCreated, buildRecords } from "../testing/journals.js";
import { QueueFold } from "./queue-fold.js";

const LONG = process.env.SPAWN_LONG === "1";
const RUNS = { seed: 20260127, numRuns: LONG ? 10_000 : 300 };
const TIMEOUT_MS = LONG ? 600_000 : 30_000;

function journalOf(world: World, simulator: Simulator): readonly JournalEvent[] {
  return [buildQueueCreated([], definitionFrom(world.input)), ...simulator.events];
}

/** What the next runner makes of a journal that ends at any byte after the queue's own record. */
function foldOfCut(events: readonly JournalEvent[], cut: number): QueueFold {
  const bytes = buildJournal(buildRecords(events));
  const begin = bytes.indexOf("\n", bytes.indexOf("\n") + 1) + 1;
  const { records } = decodeJournal(bytes.subarray(0, begin + (cut % (bytes.length - begin + 1))));
  const fold = new QueueFold();
  for (const record of records) fold.apply(record);
  return fold;
}

/** Goes on from there, in another fair order of events and with other slots; checks every state on the way. */
function goOn({ script, seed }: World, state: SchedulerState): Simulator {
  checkInvariants(state);
  const random = seededRandom(seed + 1);
  const slots = 1 + (seed % 5);
  return new Simulator(state.graph, { script, random, slots, onStep: checkInvariants }, state);
}

describe("a journal cut at any byte, and continued in any fair order", { timeout: TIMEOUT_MS }, () => {
  it("keeps the invariants and reaches the final states of the run that was not disturbed", () => {
    let continued = 0;
    let midway = 0;
    fc.assert(
      fc.property(arbitraryWorld({ failureMode: "continue" }), fc.nat(), (world, cut) => {
        const whole = simulatorOf(world);
        whole.run();
        const fold = foldOfCut(journalOf(world, whole), cut);
        continued += 1;
        if (fold.running.length > 0) midway += 1;
        const { state } = runToEnd(goOn(world, fold.scheduler));
        expect(state.jobs).toEqual(whole.state.jobs);
        expect(queueOutcome(state)).toEqual(queueOutcome(whole.state));
      }),
      RUNS,
    );
    console.log(`${continued} journals continued, ${midway} of them with attempts that ran`);
    expect(midway).toBeGreaterThan(RUNS.numRuns / 4);
  });

  it("keeps the invariants and ends, also where a failure stops it, and with cancels and interruptions", () => {
    let continued = 0;
    fc.assert(
      fc.property(
        arbitraryWorld({ globalTimeout: true }),
        arbitraryRequests(),
        arbitraryRequests(),
        fc.nat(),
        (world, before, after, cut) => {
          const first = simulatorOf(world);
          runWithRequests(first, before);
          const fold = foldOfCut(journalOf(world, first), cut);
          continued += 1;
          const second = goOn(world, fold.scheduler);
          runWithRequests(second, after);
          expect(queueOutcome(second.state)?.state).toMatch(/^(completed|failed|cancelled)$/);
          const starts = second.events.flatMap((event) =>
            event.type === "attempt-starting" ? [`${event.job}.${event.attempt}`] : [],
          );
          expect(new Set(starts).size).toBe(starts.length);
        },
      ),
      RUNS,
    );
    console.log(`${continued} journals continued`);
  });
});

function runToEnd(simulator: Simulator): Simulator {
  simulator.run();
  expect(queueOutcome(simulator.state)).toBeDefined();
  return simulator;
}
