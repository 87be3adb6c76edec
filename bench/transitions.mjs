import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { layeredGraph } from "./layered-graph.mjs";
import { writeGraph } from "./queue-graph.mjs";
import { figureOf, interleave } from "./statistics.mjs";
import { show } from "./table.mjs";

/** Small graphs run many times in one process, so that all sizes are measured warm. */
const JOBS_A_ROUND = 300_000;

/**
 * Whole runs of the scheduler alone: a start and an end for each job, in memory.
 *
 * @param {{ sizes: readonly number[], rounds: number, bench: import("./run.mjs").Bench }} options
 * @returns {Promise<import("./table.mjs").Section>}
 */
export async function benchTransitions({ sizes, rounds, bench }) {
  const rows = [];
  for (const size of sizes) rows.push(await measureSize(size, rounds, bench));
  const flat = rows[0].nanoseconds.median;
  return {
    title: "Transitions of the scheduler",
    columns: [
      "jobs",
      "transitions a second",
      "ns each",
      `of ${sizes[0].toLocaleString("en")} jobs`,
      "build the graph, ns a job",
      "peak memory, MiB",
      ...(bench.peers.has("python3") ? ["graphlib (Python), ns each", "spawn of it"] : []),
    ],
    rows: rows.map((row) => [
      row.size.toLocaleString("en"),
      Math.round(1e9 / row.nanoseconds.median).toLocaleString("en"),
      show(row.nanoseconds),
      `${(row.nanoseconds.median / flat).toPrecision(3)}×`,
      show(row.buildNanoseconds),
      show(row.peakBytes, { scale: 1 / 2 ** 20 }),
      ...(row.peer === undefined
        ? []
        : [show(row.peer), `${(row.nanoseconds.median / row.peer.median).toPrecision(3)}×`]),
    ]),
    remarks: [
      `Median of ${rounds} rounds (least–most), each a new process; a round's figure is its fastest run.`,
    ],
  };
}

async function measureSize(size, rounds, { peers, scratch, report }) {
  const runs = String(Math.max(2, Math.ceil(JOBS_A_ROUND / size)));
  const folder = join(scratch, `transitions-${size}`);
  const script = (name) => join(import.meta.dirname, name);
  const contenders = new Map([
    ["spawn", () => jsonOf([process.execPath, script("transition-run.mjs"), String(size), runs])],
  ]);
  if (peers.has("python3")) {
    const { queue } = writeGraph(layeredGraph(size), folder);
    contenders.set("graphlib", () => jsonOf(["python3", script("graphlib-run.py"), queue, runs]));
  }
  const results = await interleave(rounds, contenders, (name, round) =>
    report(`${size} jobs' transitions, round ${round + 1}: ${name}`),
  );
  rmSync(folder, { recursive: true, force: true });

  const product = results.get("spawn");
  const transitions = product[0].transitions;
  const each = (outputs) =>
    figureOf(outputs.map(({ runSeconds }) => (Math.min(...runSeconds) * 1e9) / transitions));
  const peer = results.get("graphlib");
  return {
    size,
    nanoseconds: each(product),
    buildNanoseconds: figureOf(product.map(({ buildSeconds }) => (Math.min(...buildSeconds) * 1e9) / size)),
    peakBytes: figureOf(product.map(({ peakBytes }) => peakBytes)),
    peer: peer === undefined ? undefined : each(peer),
  };
}

/** What a program prints, read as JSON. */
function jsonOf([program, ...args]) {
  const result = spawnSync(program, args, { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${args.join(" ")} failed: ${result.error ?? result.stderr}`);
  return JSON.parse(result.stdout);
}
