import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = "/sys/fs/cgroup";
/** With systemd's own, which has no controller. */
const V1_HIERARCHIES = ["memory", "pids", "freezer", "cpuacct", "systemd"];

interface Hierarchy {
  /** As the machine's init is told: `v2` where it is the only one. */
  readonly name: string;
  readonly folder: string;
}

/** The hierarchies in which a machine gets a group of its own. */
function hierarchies(): readonly Hierarchy[] {
  if (existsSync(join(ROOT, "cgroup.controllers"))) return [{ name: "v2", folder: ROOT }];
  const mounted = new Set(
    readFileSync("/proc/self/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[1] ?? ""),
  );
  return [...V1_HIERARCHIES, "unified"]
    .map((name) => ({ name, folder: join(ROOT, name) }))
    .filter(({ folder }) => mounted.has(folder));
}

/** Groups for a machine, empty; the host may refuse them, and then the machine has none. */
export function makeCgroups(name: string): { readonly names: string; readonly folders: readonly string[] } {
  const made: Hierarchy[] = [];
  for (const hierarchy of hierarchies()) {
    const folder = join(hierarchy.folder, name);
    try {
      if (hierarchy.name === "v2") writeFileSync(join(ROOT, "cgroup.subtree_control"), "+memory +pids +cpu");
      mkdirSync(folder, { recursive: true });
      made.push({ name: hierarchy.name, folder });
    } catch {
      // A container that may not.
    }
  }
  return { names: made.map(({ name }) => name).join(" "), folders: made.map(({ folder }) => folder) };
}

/** Removes the groups whose names are chosen, with those inside. Their processes must be gone, or are killed. */
export function removeCgroups(isChosen: (name: string) => boolean): void {
  for (const { folder } of hierarchies()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && isChosen(entry.name)) removeTree(join(folder, entry.name));
    }
  }
}

function removeTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  }
  for (const pid of readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n")) {
    if (pid !== "" && pid !== "0") killQuietly(Number(pid));
  }
  try {
    rmdirSync(folder);
  } catch {
    // Its processes are still on their way out: the next lab removes it.
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone.
  }
}
