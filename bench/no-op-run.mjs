import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { layeredGraph } from "./layered-graph.mjs";
import { SPAWN } from "./product.mjs";
import { PARALLEL, writeGraph } from "./queue-graph.mjs";
import { figureOf, interleave, ratioOf } from "./statistics.mjs";
import { show } from "./table.mjs";

const PRODUCT = "spawn queue run";
const BASE = "ninja, bash";
const FLOOR = "posix_spawn in C, bash";

/**
 * A whole run of jobs that do nothing: what is left is what the program that runs them costs.
 *
 * @param {{ size: number, rounds: number, bench: import("./run.mjs").Bench }} options
 * @returns {import("./table.mjs").Section}
 */
export function benchNoOpRun({ size, rounds, bench }) {
  const { measure, floor, peers, scratch, report } = bench;
  const files = writeGraph(layeredGraph(size), join(scratch, `graph-${size}`));
  const parallel = String(PARALLEL);
  const commands = new Map([
    [PRODUCT, [process.execPath, SPAWN, "queue", "run", files.queue]],
    ...(peers.has("ninja")
      ? [
          [BASE, ["ninja", "-j", parallel, "-f", files.ninjaBash]],
          ["ninja, sh", ["ninja", "-j", parallel, "-f", files.ninjaSh]],
        ]
      : []),
    ...(peers.has("make") ? [["make, bash", ["make", "-r", "-R", "-j", parallel, "-f", files.make]]] : []),
    [FLOOR, [floor, String(size), parallel]],
  ]);
  const contenders = new Map(
    [...commands].map(([name, command]) => [name, () => inFreshFolder(scratch, measure, command)]),
  );
  const results = interleave(rounds, contenders, (name, round) =>
    report(`${size} jobs, round ${round + 1}: ${name}`),
  );
  return sectionOf(size, rounds, results);
}

/** No run finds what another left, and none pays for writing it to the disk. */
function inFreshFolder(scratch, measure, command) {
  const cwd = mkdtempSync(join(scratch, "run-"));
  const home = join(cwd, "home");
  mkdirSync(home);
  spawnSync("sync");
  try {
    return measure(command, { cwd, env: { HOME: home, XDG_STATE_HOME: join(home, "state") } });
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

function sectionOf(size, rounds, results) {
  const baseName = results.has(BASE) ? BASE : FLOOR;
  const base = results.get(baseName);
  const perJob = (values) => show(figureOf(values), { scale: 1000 / size });
  const cpu = (usages) => usages.map(({ cpuSeconds }) => cpuSeconds);
  const wall = (usages) => usages.map(({ wallSeconds }) => wallSeconds);
  const rows = [...results].map(([name, usages]) => [
    name,
    perJob(cpu(usages)),
    show(ratioOf(cpu(usages), cpu(base)), { unit: "×" }),
    perJob(wall(usages)),
    show(ratioOf(wall(usages), wall(base)), { unit: "×" }),
  ]);
  const shares = partsOf(results.get(PRODUCT)).map(([name, seconds]) => [
    `of it: ${name}`,
    perJob(seconds),
    show(ratioOf(seconds, cpu(base)), { unit: "×" }),
    "",
    "",
  ]);
  return {
    title: `Run ${size.toLocaleString("en")} no-op jobs, ${PARALLEL} at once`,
    columns: ["", "CPU, ms a job", `of ${baseName}`, "wall, ms a job", `of ${baseName}`],
    rows: [rows[0], ...shares, ...rows.slice(1)],
    remarks: [`Median of ${rounds} interleaved rounds (least–most); ratios are taken within a round.`],
  };
}

/** Who used the CPU time of a run of the product, by round. The runner is the detached process that had the most of it. */
function partsOf(usages) {
  const runnerOf = ({ processes }) =>
    processes
      .filter(({ command }) => !command)
      .reduce((a, b) => (b.ownSeconds + b.childrenSeconds > a.ownSeconds + a.childrenSeconds ? b : a));
  const cliOf = ({ processes }) => processes.find(({ command }) => command);
  return [
    ["the CLI", usages.map((usage) => cliOf(usage).ownSeconds + cliOf(usage).childrenSeconds)],
    ["the runner", usages.map((usage) => runnerOf(usage).ownSeconds)],
    ["the attempts' shells", usages.map((usage) => runnerOf(usage).childrenSeconds)],
  ];
}
