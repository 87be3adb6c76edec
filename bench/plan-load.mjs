import { rmSync } from "node:fs";
import { join } from "node:path";
import { layeredGraph } from "./layered-graph.mjs";
import { SPAWN } from "./product.mjs";
import { writeGraph } from "./queue-graph.mjs";
import { figureOf, interleave, ratioOf } from "./statistics.mjs";
import { show } from "./table.mjs";

const PRODUCT = "spawn's packages: load, validate, plan";
const BASE = "ninja -n";

/**
 * From a file to a plan, as at every start of a queue: read, check everything, order, print.
 *
 * @param {{ size: number, rounds: number, bench: import("./run.mjs").Bench }} options
 * @returns {Promise<import("./table.mjs").Section>}
 */
export async function benchPlanLoad({ size, rounds, bench }) {
  const { measure, peers, scratch, report } = bench;
  const folder = join(scratch, `plan-${size}`);
  const files = writeGraph(layeredGraph(size), folder);
  const node = process.execPath;
  const commands = new Map([
    [PRODUCT, [node, join(import.meta.dirname, "plan-queue.mjs"), files.queue]],
    ["spawn queue validate", [node, SPAWN, "queue", "validate", files.queue]],
    ["spawn queue plan", [node, SPAWN, "queue", "plan", files.queue, "--format", "json"]],
    ...(peers.has("ninja")
      ? [
          [BASE, ["ninja", "-n", "-f", files.ninjaBash]],
          ["ninja -t targets (parses only)", ["ninja", "-f", files.ninjaBash, "-t", "targets", "all"]],
        ]
      : []),
    ...(peers.has("make") ? [["make -n", ["make", "-n", "-r", "-R", "-f", files.make]]] : []),
    ["node, nothing to do", [node, "-e", "0"]],
  ]);
  const contenders = new Map(
    [...commands].map(([name, command]) => [name, () => measure(command, { cwd: folder })]),
  );
  const results = await interleave(rounds, contenders, (name, round) =>
    report(`${size} planned, round ${round + 1}: ${name}`),
  );
  rmSync(folder, { recursive: true });
  return sectionOf(size, rounds, results);
}

function sectionOf(size, rounds, results) {
  const baseName = results.has(BASE) ? BASE : PRODUCT;
  const base = results.get(baseName);
  const columns = [
    ["wall, s", ({ wallSeconds }) => wallSeconds, 1],
    ["CPU, s", ({ cpuSeconds }) => cpuSeconds, 1],
    ["peak memory, MiB", ({ peakBytes }) => peakBytes, 1 / 2 ** 20],
  ];
  const rows = [...results].map(([name, usages]) => [
    name,
    ...columns.flatMap(([, read, scale]) => [
      show(figureOf(usages.map(read)), { scale }),
      show(ratioOf(usages.map(read), base.map(read)), { unit: "×" }),
    ]),
  ]);
  return {
    title: `Plan ${size.toLocaleString("en")} jobs`,
    columns: ["", ...columns.flatMap(([name]) => [name, `of ${baseName}`])],
    rows,
    remarks: [`Median of ${rounds} interleaved rounds (least–most); ratios are taken within a round.`],
  };
}
