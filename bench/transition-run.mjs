// transition-run JOBS RUNS: takes a layered graph through the scheduler, from the first start to the last end, RUNS times,
// and prints one JSON value. 64 attempts run at any time; every one ends well.
import { layeredGraph } from "./layered-graph.mjs";
import { loadPackage } from "./product.mjs";

const PARALLEL = 64;
const { buildGraph, createState, nextStart, queueOutcome, transition } = await loadPackage("@spawn/dag-core");

/** @returns {number} how many transitions it took */
function runToTheEnd(state) {
  const running = [];
  let t = 0;
  let transitions = 0;
  const apply = (event) => {
    transition(state, event);
    transitions += 1;
  };
  apply({ type: "queue-started", t });
  for (;;) {
    while (running.length < PARALLEL) {
      const next = nextStart(state);
      if (next === undefined) break;
      apply({ type: "attempt-starting", t, ...next });
      running.push(next);
    }
    const ended = running.shift();
    if (ended === undefined) return transitions;
    t += 1;
    apply({ type: "attempt-ended", t, ...ended, outcome: { reason: "exit", exitCode: 0 }, random: 0.5 });
  }
}

const [jobs, runs] = process.argv.slice(2).map(Number);
const input = { jobs: layeredGraph(jobs) };
const buildSeconds = [];
const runSeconds = [];
let transitions = 0;
for (let run = 0; run < runs; run += 1) {
  const begin = performance.now();
  const graph = buildGraph(input);
  const built = performance.now();
  const state = createState(graph);
  transitions = runToTheEnd(state);
  buildSeconds.push((built - begin) / 1000);
  runSeconds.push((performance.now() - built) / 1000);
  if (queueOutcome(state)?.state !== "completed") throw new Error("the run did not complete");
}
const peakBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ transitions, buildSeconds, runSeconds, peakBytes }));
