import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { layeredGraph } from "./layered-graph.mjs";
import { RUNNERS, runnerCommand, SPAWN } from "./product.mjs";
import { PARALLEL, writeGraph } from "./queue-graph.mjs";
import { figureOf, interleave, ratioOf } from "./statistics.mjs";
import { show } from "./table.mjs";

const PRODUCT = "spawn queue run";
/** What a runner does costs the same there, but for waiting until it is on a disk. */
const IN_MEMORY = ", all in memory";
const MEMORY_DISK = "/dev/shm";
const hasMemoryDisk = existsSync(MEMORY_DISK);
const BASE = "ninja, bash";
const FLOOR = "posix_spawn in C, bash";

/**
 * A whole run of jobs that do nothing: what is left is what the program that runs them costs.
 *
 * @param {{ size: number, rounds: number, bench: import("./run.mjs").Bench }} options
 * @returns {Promise<import("./table.mjs").Section>}
 */
export async function benchNoOpRun({ size, rounds, bench }) {
  const { measure, peers, scratch, report } = bench;
  const commands = commandsFor(size, bench, writeGraph(layeredGraph(size), join(scratch, `graph-${size}`)));
  const present = [...commands].filter(([, { peer }]) => peer === undefined || peers.has(peer));
  const contenders = new Map(
    present.map(([name, { command, parent = scratch }]) => [
      name,
      () => measureInFreshFolder(parent, measure, command),
    ]),
  );
  const results = await interleave(rounds, contenders, (name, round) =>
    report(`${size} jobs, round ${round + 1}: ${name}`),
  );
  return sectionOf(size, rounds, results);
}

/** What each contender runs, given the folder it runs in. */
function commandsFor(size, { floor }, files) {
  const parallel = String(PARALLEL);
  return new Map([
    [PRODUCT, { command: () => [process.execPath, SPAWN, "queue", "run", files.queue] }],
    ...[...RUNNERS]
      .filter(([, { program }]) => existsSync(program))
      .flatMap(([name, { argv }]) => {
        const command = (folder) => runnerLine(argv, files.queue, folder);
        return [
          [name, { command }],
          ...(hasMemoryDisk ? [[`${name}${IN_MEMORY}`, { command, parent: MEMORY_DISK }]] : []),
        ];
      }),
    [BASE, { peer: "ninja", command: () => ["ninja", "-j", parallel, "-f", files.ninjaBash] }],
    ["ninja, sh", { peer: "ninja", command: () => ["ninja", "-j", parallel, "-f", files.ninjaSh] }],
    ["make, bash", { peer: "make", command: () => ["make", "-r", "-R", "-j", parallel, "-f", files.make] }],
    [FLOOR, { command: () => [floor, String(size), parallel] }],
  ]);
}

/** As it is started on an instance: the queue file lies there, and nobody attends it. */
function runnerLine(argv, queueFile, folder) {
  const state = join(folder, "instance/var/lib/spawn-queue");
  mkdirSync(state, { recursive: true });
  copyFileSync(queueFile, join(state, "queue.json"));
  return [...argv, ...runnerCommand(folder)];
}

/**
 * No run finds what another left, and none pays for bringing it to the disk. What a run left stays until all are done:
 * ext4 makes a new file slower for half a minute after many were removed.
 */
function measureInFreshFolder(parent, measure, command) {
  const folder = mkdtempSync(join(parent, "spawn-bench-run-"));
  const home = join(folder, "home");
  mkdirSync(home);
  const line = command(folder);
  spawnSync("sync");
  try {
    return measure(line, { cwd: folder, env: { HOME: home, XDG_STATE_HOME: join(home, "state") } });
  } finally {
    if (parent === MEMORY_DISK) rmSync(folder, { recursive: true, force: true });
  }
}

function sectionOf(size, rounds, results) {
  const baseName = results.has(BASE) ? BASE : FLOOR;
  const base = results.get(baseName);
  const perJob = (values) => show(figureOf(values), { scale: 1000 / size });
  const cpuCells = (values) => [perJob(values), show(ratioOf(values, cpuOf(base)), { unit: "×" })];
  const wallCells = (values) => [perJob(values), show(ratioOf(values, wallOf(base)), { unit: "×" })];
  const rows = [...results].flatMap(([name, usages]) => [
    [name, ...cpuCells(cpuOf(usages)), ...wallCells(wallOf(usages))],
    ...sharesOf(name, usages).map(([share, values]) => [`– ${share}`, ...cpuCells(values), "", ""]),
  ]);
  return {
    title: `Run ${size.toLocaleString("en")} no-op jobs, ${PARALLEL} at once`,
    columns: ["", "CPU, ms a job", `of ${baseName}`, "wall, ms a job", `of ${baseName}`],
    rows,
    remarks: [`Median of ${rounds} interleaved rounds (least–most); ratios are taken within a round.`],
  };
}

/** Who used the CPU time of the product's runs, by round. */
function sharesOf(name, usages) {
  const own = usages.map(({ ownCpuSeconds }) => ownCpuSeconds);
  const rest = usages.map(({ cpuSeconds, ownCpuSeconds }) => cpuSeconds - ownCpuSeconds);
  switch (name) {
    case PRODUCT:
      return [["the CLI's process", own]];
    default:
      if (!RUNNERS.has(name)) return [];
      return [
        ["the runner's process", own],
        ["the attempts' shells", rest],
      ];
  }
}

function cpuOf(usages) {
  return usages.map(({ cpuSeconds }) => cpuSeconds);
}

function wallOf(usages) {
  return usages.map(({ wallSeconds }) => wallSeconds);
}
