import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const GRAPHS = ["run", "runner", "plan", "transitions"];
/** How programs are asked for their version, and the benches that measure against them. */
const PEERS = {
  ninja: { args: ["--version"], benches: GRAPHS },
  make: { args: ["--version"], benches: GRAPHS },
  python3: { args: ["--version"], benches: GRAPHS },
  rclone: { args: ["version"], benches: ["transfers"] },
  aws: { args: ["--version"], benches: ["transfers"] },
};

/**
 * The programs to measure against that this machine has, with what they say of their version, and the names of those
 * that it has not.
 *
 * @param {readonly string[]} wanted the benches that are to be run
 * @returns {{ present: ReadonlyMap<string, string>, absent: readonly string[] }}
 */
export function findPeers(wanted) {
  const present = new Map();
  const absent = [];
  for (const [name, { args, benches }] of Object.entries(PEERS)) {
    if (!benches.some((bench) => wanted.includes(bench))) continue;
    const result = spawnSync(name, args, { encoding: "utf8" });
    if (result.status !== 0) absent.push(name);
    else present.set(name, `${name} ${/[0-9]+(\.[0-9]+)+/.exec(result.stdout)?.[0] ?? "of unknown version"}`);
  }
  return { present, absent };
}

/**
 * The programs that are not on this machine, without starting one.
 *
 * @param {readonly string[]} programs
 */
export function lacking(programs) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return programs.filter((name) => !folders.some((folder) => isExecutable(join(folder, name))));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
