// Writes one graph in three languages: node bench/queue-graph.mjs 1000 /tmp/graph
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { layeredGraph } from "./layered-graph.mjs";

/** How many jobs every contender may run at once. */
export const PARALLEL = 2;

/** What every job runs: not `:`, which make leaves out, with or without a shell's name before it. */
const NO_OP = "true";
/** A queue's commands are given to bash; ninja gives its own to sh, and make runs a simple one by itself. */
const NO_OP_IN_BASH = "bash -c 'true'";

/**
 * @typedef {{ readonly queue: string, readonly ninjaBash: string, readonly ninjaSh: string, readonly make: string }} GraphFiles
 */

/**
 * @param {readonly import("./layered-graph.mjs").GraphJob[]} jobs
 * @param {string} folder is made
 * @returns {GraphFiles} paths of the files written
 */
export function writeGraph(jobs, folder) {
  mkdirSync(folder, { recursive: true });
  const write = (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  return {
    queue: write("queue.json", queueFile(jobs)),
    ninjaBash: write("bash.ninja", ninjaFile(jobs, NO_OP_IN_BASH)),
    ninjaSh: write("sh.ninja", ninjaFile(jobs, NO_OP)),
    make: write("Makefile", makeFile(jobs)),
  };
}

function queueFile(jobs) {
  const queue = {
    queue_id: "bench",
    max_parallel: PARALLEL,
    jobs: jobs.map(({ id, dependsOn }) => ({
      job_id: id,
      command: NO_OP,
      ...(dependsOn.length === 0 ? {} : { depends_on: dependsOn }),
    })),
  };
  return `${JSON.stringify(queue, undefined, 1)}\n`;
}

function ninjaFile(jobs, command) {
  const edges = jobs.map(({ id, dependsOn }) => `build ${[`${id}:`, "job", ...dependsOn].join(" ")}\n`);
  return `rule job\n  command = ${command}\n${edges.join("")}`;
}

function makeFile(jobs) {
  const ids = jobs.map(({ id }) => id).join(" ");
  const rules = jobs.map(
    ({ id, dependsOn }) => `${[`${id}:`, ...dependsOn].join(" ")}\n\t@${NO_OP_IN_BASH}\n`,
  );
  return `.PHONY: all ${ids}\nall: ${ids}\n${rules.join("")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [size, folder] = process.argv.slice(2);
  if (!/^[1-9][0-9]*$/.test(size ?? "") || folder === undefined) {
    console.error("usage: node bench/queue-graph.mjs JOBS FOLDER");
    process.exit(2);
  }
  console.log(Object.values(writeGraph(layeredGraph(Number(size)), folder)).join("\n"));
}
