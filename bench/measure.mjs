import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What a command and all that descends from it used.
 *
 * @typedef {object} Usage
 * @property {number} commandSeconds wall time until the command itself ended
 * @property {number} wallSeconds wall time until its last descendant ended
 * @property {number} cpuSeconds user and system time of all of them
 * @property {number} peakBytes resident memory of the largest of them
 * @property {readonly Process[]} processes the command, and the processes that were detached from it
 *
 * @typedef {{ readonly command: boolean, readonly ownSeconds: number, readonly childrenSeconds: number }} Process
 */

/**
 * Runs commands under `measure`.
 *
 * @param {string} program the compiled `measure.c`
 * @param {string} scratch a folder for its output
 */
export function measurer(program, scratch) {
  const output = join(scratch, "usage.jsonl");
  /**
   * @param {readonly string[]} command
   * @param {{ cwd: string, env?: Readonly<Record<string, string>> }} options
   * @returns {Usage}
   */
  return (command, { cwd, env = {} }) => {
    const result = spawnSync(program, [output, ...command], {
      cwd,
      env: { ...plainEnvironment(), ...env },
      stdio: ["ignore", "ignore", "pipe"],
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    if (result.status !== 0) throw new Error(`measure failed: ${result.error ?? result.stderr}`);
    const lines = readFileSync(output, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const total = lines.find(({ type }) => type === "total");
    if (total.exitCode !== 0) {
      throw new Error(`${command.join(" ")} exited with ${total.exitCode}\n${result.stderr.slice(-2000)}`);
    }
    return { ...total, processes: lines.filter(({ type }) => type === "process") };
  };
}

/** Without what only this machine's environment adds to the start of Node. */
function plainEnvironment() {
  const { NODE_OPTIONS, NODE_EXTRA_CA_CERTS, ...environment } = process.env;
  return { ...environment, NO_COLOR: "1" };
}
