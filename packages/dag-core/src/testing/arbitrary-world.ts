import { seededRandom } from "@spawn/foundation";
import fc from "fast-check";
import { buildGraph } from "../graph/job-graph.js";
import type { DagInput } from "../input.js";
import { queueOutcome } from "../scheduler/inspect.js";
import { arbitraryDag, type DagShape } from "./arbitrary-dag.js";
import { arbitraryScript, type OutcomeScript } from "./arbitrary-outcomes.js";
import { Simulator, type SimulatorOptions } from "./simulator.js";

/** All that decides a simulated run. */
export interface World {
  readonly input: DagInput;
  readonly script: OutcomeScript;
  /** Decides the order of events. */
  readonly seed: number;
  readonly slots: number;
}

export function arbitraryWorld(shape: DagShape = {}): fc.Arbitrary<World> {
  return arbitraryDag(shape).chain((input) =>
    fc.record({
      input: fc.constant(input),
      script: arbitraryScript(input.jobs.map(({ id }) => id)),
      seed: fc.nat(),
      slots: fc.integer({ min: 1, max: 4 }),
    }),
  );
}

export function simulatorOf(world: World, onStep?: SimulatorOptions["onStep"]): Simulator {
  return new Simulator(buildGraph(world.input), {
    script: world.script,
    random: seededRandom(world.seed),
    slots: world.slots,
    ...(onStep === undefined ? {} : { onStep }),
  });
}

export type RequestName = "cancel" | "force" | "interrupt";

/** What people and clouds ask for, each at a step of the run. */
export function arbitraryRequests(
  names: readonly RequestName[] = ["cancel", "force", "interrupt"],
): fc.Arbitrary<readonly (readonly [step: number, name: RequestName])[]> {
  return fc.array(fc.tuple(fc.nat(40), fc.constantFrom(...names)), { maxLength: 3 });
}

/** Runs to the final outcome, continuing after each interrupt. */
export function runWithRequests(
  simulator: Simulator,
  requests: readonly (readonly [step: number, name: RequestName])[],
): void {
  for (let step = 0; ; step += 1) {
    for (const [at, name] of requests) if (at === step) request(simulator, name);
    if (simulator.step()) continue;
    if (queueOutcome(simulator.state)?.state !== "interrupted") return;
    simulator.send({ type: "queue-continued", t: simulator.t });
  }
}

function request(simulator: Simulator, name: RequestName): void {
  const { t } = simulator;
  if (name === "interrupt") simulator.send({ type: "interrupt-requested", t, cause: "spot" });
  else simulator.send({ type: "cancel-requested", t, force: name === "force" });
}
