import { spawnSync } from "node:child_process";

const PEERS = { ninja: ["--version"], make: ["--version"], python3: ["--version"] };

/**
 * The programs to measure against that this machine has, with what they say of their version, and the names of those
 * that it has not.
 *
 * @returns {{ present: ReadonlyMap<string, string>, absent: readonly string[] }}
 */
export function findPeers() {
  const present = new Map();
  const absent = [];
  for (const [name, args] of Object.entries(PEERS)) {
    const result = spawnSync(name, args, { encoding: "utf8" });
    if (result.status !== 0) absent.push(name);
    else present.set(name, `${name} ${/[0-9]+(\.[0-9]+)+/.exec(result.stdout)?.[0] ?? "of unknown version"}`);
  }
  return { present, absent };
}
