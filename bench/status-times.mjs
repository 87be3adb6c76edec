// status-times WORK FOUND: times what the file WORK names, in the environment that this process has, and writes FOUND.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { measurer } from "./measure.mjs";
import { interleave } from "./statistics.mjs";

/**
 * @typedef {object} Timed
 * @property {string} name
 * @property {readonly string[]} argv
 * @property {Readonly<Record<string, string>>} [env]
 */

/**
 * @typedef {object} Work
 * @property {number} rounds
 * @property {string} measure the compiled `measure.c`
 * @property {string} cwd
 * @property {readonly Timed[]} commands each timed as a whole, once a round
 * @property {Timed & { refreshMs: number }} watch prints a line for each refresh
 * @property {Timed} looks prints the milliseconds of its own looks, as JSON
 * @property {number} refreshes
 */

const [workFile, foundFile] = process.argv.slice(2);
/** @type {Work} */
const work = JSON.parse(readFileSync(workFile, "utf8"));
const { rounds, cwd, commands, watch, looks, refreshes } = work;
const measure = measurer(work.measure, cwd);
const contenders = new Map(
  commands.map(({ name, argv, env }) => [name, () => measure(argv, { cwd, ...(env && { env }) })]),
);
// Once for the caches of the file system.
for (const run of contenders.values()) run();
const usages = await interleave(rounds, contenders, () => {});
const watched = await refreshTimes();
const [program, ...args] = looks.argv;
const bare = JSON.parse(spawnSync(program, args, { cwd, env: process.env, encoding: "utf8" }).stdout);
writeFileSync(foundFile, JSON.stringify({ usages: Object.fromEntries(usages), watched, bare }));

/** Milliseconds that refreshes took: what lies between two lines, without the pause. */
async function refreshTimes() {
  const [program, ...args] = watch.argv;
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...watch.env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const taken = [];
  let lastMs;
  for await (const _line of createInterface({ input: child.stdout })) {
    const nowMs = performance.now();
    if (lastMs !== undefined) taken.push(nowMs - lastMs - watch.refreshMs);
    lastMs = nowMs;
    if (taken.length === refreshes) child.kill("SIGINT");
  }
  return taken.slice(0, refreshes);
}
