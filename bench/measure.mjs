import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What a command and all that descends from it used.
 *
 * @typedef {object} Usage
 * @property {number} wallSeconds wall time until its last descendant ended
 * @property {number} cpuSeconds user and system time of all of them
 * @property {number} ownCpuSeconds of the command's own process alone
 * @property {number} peakBytes resident memory of the largest of them
 */

/**
 * Runs commands under `measure`.
 *
 * @param {string} program the compiled `measure.c`
 * @param {string} scratch a folder for its output
 */
export function measurer(program, scratch) {
  const output = join(scratch, "usage.json");
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
    const usage = JSON.parse(readFileSync(output, "utf8"));
    if (usage.exitCode !== 0) {
      throw new Error(`${command.join(" ")} exited with ${usage.exitCode}\n${result.stderr.slice(-2000)}`);
    }
    return usage;
  };
}

/** Without what only this machine's environment adds to the start of Node. */
function plainEnvironment() {
  const { NODE_OPTIONS, NODE_EXTRA_CA_CERTS, ...environment } = process.env;
  return { ...environment, NO_COLOR: "1" };
}
