// pnpm bench [run|runner|plan|transitions|jobs|transfers]… [--quick] [--write]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkGraph } from "./check-graph.mjs";
import { compile, findCompiler } from "./compile.mjs";
import { benchJobQueue } from "./job-queue.mjs";
import { describeMachine } from "./machine.mjs";
import { measurer } from "./measure.mjs";
import { benchNoOpRun } from "./no-op-run.mjs";
import { findPeers } from "./peers.mjs";
import { benchPlanLoad } from "./plan-load.mjs";
import { assertBuilt } from "./product.mjs";
import { writeToReadme } from "./readme.mjs";
import { benchRunnerCost } from "./runner-cost.mjs";
import { markdownOf } from "./table.mjs";
import { benchTransfers } from "./transfers.mjs";
import { benchTransitions } from "./transitions.mjs";

/**
 * What every bench is given.
 *
 * @typedef {object} Bench
 * @property {string} scratch an empty folder
 * @property {ReadonlyMap<string, string>} peers those that are here, with their versions
 * @property {(text: string) => void} report says what is going on
 * @property {ReturnType<typeof measurer>} measure
 * @property {string} floor the compiled `spawn-floor.c`
 */

const FULL = {
  run: [
    { size: 1_000, rounds: 5 },
    { size: 10_000, rounds: 3 },
  ],
  runner: { size: 10_000, rounds: 5, idleMs: 5_000 },
  plan: [{ size: 100_000, rounds: 5 }],
  transitions: { sizes: [1_000, 100_000, 1_000_000], rounds: 3 },
  jobs: {
    jobs: 10_000,
    fullJobs: 1_000,
    redisJobs: 2_000,
    pending: [1_000, 1_000_000],
    claims: 1_000,
    probes: 50,
    rounds: 5,
  },
  transfers: {
    loads: [
      { what: "16 files of 64 MiB", files: 16, bytes: 64 * 2 ** 20, rounds: 3 },
      { what: "5,000 files of 4 KiB", files: 5_000, bytes: 4 * 2 ** 10, rounds: 2 },
    ],
  },
};
/** Whether the benches work, in seconds; its figures mean little. */
const QUICK = {
  run: [{ size: 200, rounds: 1 }],
  runner: { size: 200, rounds: 1, idleMs: 1_000 },
  plan: [{ size: 2_000, rounds: 1 }],
  transitions: { sizes: [1_000, 10_000], rounds: 1 },
  jobs: {
    jobs: 500,
    fullJobs: 100,
    redisJobs: 200,
    pending: [100, 10_000],
    claims: 100,
    probes: 10,
    rounds: 1,
  },
  transfers: {
    loads: [
      { what: "2 files of 20 MiB", files: 2, bytes: 20 * 2 ** 20, rounds: 1 },
      { what: "200 files of 4 KiB", files: 200, bytes: 4 * 2 ** 10, rounds: 1 },
    ],
  },
};
/** What needs a C compiler. */
const COMPILED = ["run", "runner", "plan", "transfers"];
const BENCHES = ["run", "runner", "plan", "transitions", "jobs", "transfers"];

/** The places that the README has for figures, each for the benches that are measured together for it. */
const PLACES = {
  measured: ["run", "runner", "plan", "transitions"],
  "measured jobs": ["jobs"],
  "measured transfers": ["transfers"],
};

function parse() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: "boolean", default: false }, write: { type: "boolean", default: false } },
  });
  const unknown = positionals.filter((name) => !BENCHES.includes(name));
  if (unknown.length > 0)
    throw new Error(`no such bench: ${unknown.join(", ")} (there are ${BENCHES.join(", ")})`);
  const wanted = positionals.length > 0 ? positionals : BENCHES;
  const places = Object.entries(PLACES).filter(([, benches]) =>
    benches.some((name) => wanted.includes(name)),
  );
  const isWhole = places.every(([, benches]) => benches.every((name) => wanted.includes(name)));
  if (values.write && (values.quick || !isWhole)) {
    throw new Error("--write is for all that stands together in the README, without --quick");
  }
  return { ...values, wanted, places };
}

async function* sections(plan, wanted, bench) {
  if (wanted.includes("run")) for (const step of plan.run) yield await benchNoOpRun({ ...step, bench });
  if (wanted.includes("runner")) yield await benchRunnerCost({ ...plan.runner, bench });
  if (wanted.includes("plan")) for (const step of plan.plan) yield await benchPlanLoad({ ...step, bench });
  if (wanted.includes("transitions")) yield await benchTransitions({ ...plan.transitions, bench });
  if (wanted.includes("jobs")) yield* benchJobQueue({ ...plan.jobs, bench });
  if (wanted.includes("transfers")) yield* benchTransfers({ ...plan.transfers, bench });
}

/** The benches that measure processes need a compiler; without one, only the others are run. */
function programs(scratch, report) {
  const compiler = findCompiler();
  if (compiler === undefined) {
    report(`no C compiler (cc, gcc, clang): ${COMPILED.join(", ")} cannot be measured and are left out`);
    return undefined;
  }
  return {
    measure: measurer(compile(compiler, "measure", scratch), scratch),
    floor: compile(compiler, "spawn-floor", scratch),
  };
}

const { quick, write, wanted, places } = parse();
assertBuilt();
const report = (text) => process.stderr.write(`${text}\n`);
const scratch = mkdtempSync(join(tmpdir(), "spawn-bench-"));
try {
  const { present, absent } = findPeers(wanted);
  if (absent.length > 0) report(`not on this machine, and left out: ${absent.join(", ")}`);
  if (places.some(([place]) => place === "measured")) await checkGraph([...present.keys()], scratch);
  const compiled = programs(scratch, report);
  const possible = compiled === undefined ? wanted.filter((name) => !COMPILED.includes(name)) : wanted;
  const bench = { scratch, peers: present, report, ...compiled };
  for (const [place, benches] of places) {
    const tables = [];
    const here = possible.filter((name) => benches.includes(name));
    for await (const section of sections(quick ? QUICK : FULL, here, bench)) tables.push(markdownOf(section));
    const peers = findPeers(here).present.values();
    const text = [describeMachine(scratch, peers, new Date()), ...tables].join("\n\n");
    console.log(text);
    if (write) writeToReadme(text, place);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
