import { mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { errnoOf } from "@spawn/foundation";
import { cgroupContainment, TOP_FOLDER } from "./cgroup-containment.js";
import type { Containment } from "./containment.js";
import { controlWords, makeCgroup, pidsIn, readControl, removeFolder, writeControl } from "./control-file.js";
import type { Hierarchy } from "./hierarchies.js";

/** Where the runner itself goes when it has to leave its cgroup for others to be made there. */
const RUNNER_FOLDER = "spawn-runner";

const NEEDED = "memory";
/** Counts transfers; done without where it is not delegated. */
const WANTED = "io";

/**
 * Full cgroups of version 2, below the runner's own.
 *
 * @returns in words why not: there are none, or none with a memory controller that this runner may give on.
 * @throws system errors, for the same reasons.
 */
export function openCgroupV2(hierarchies: readonly Hierarchy[], runner: number): Containment | string {
  const hierarchy = hierarchies.find(({ version }) => version === 2);
  if (hierarchy === undefined) return "no cgroup v2 is mounted";
  const { own } = hierarchy;
  const base = basename(own) === RUNNER_FOLDER ? dirname(own) : own;
  const available = controlWords(readControl(base, "cgroup.controllers"));
  if (!available.includes(NEEDED)) return "cgroup v2 has no memory controller here";
  const controllers = [NEEDED, WANTED].filter((controller) => available.includes(controller));
  const top = join(base, TOP_FOLDER);
  delegate(base, controllers, runner);
  makeCgroup(top);
  return cgroupContainment({
    kind: "cgroup-v2",
    tops: [top],
    prepare: (folder) => enable(folder, controllers),
    limit: ([folder = ""], memoryBytes) => limitMemory(folder, memoryBytes),
  });
}

/**
 * Enables controllers for the cgroups below `base`, which the kernel allows only while no process is in `base` itself
 * (unless it is the root). If the runner is the only one there, it moves into a cgroup of its own.
 *
 * @throws system errors; `EBUSY` where others are in `base`.
 */
export function delegate(base: string, controllers: readonly string[], runner: number): void {
  try {
    enable(base, controllers);
  } catch (error) {
    if (errnoOf(error) !== "EBUSY" || pidsIn(base).some((pid) => pid !== runner)) throw error;
    moveAside(base, runner);
    enableOrMoveBack(base, controllers, runner);
  }
}

function enableOrMoveBack(base: string, controllers: readonly string[], runner: number): void {
  try {
    enable(base, controllers);
  } catch (error) {
    writeControl(base, "cgroup.procs", runner);
    removeFolder(join(base, RUNNER_FOLDER));
    throw error;
  }
}

function moveAside(base: string, runner: number): void {
  const folder = join(base, RUNNER_FOLDER);
  mkdirSync(folder, { recursive: true });
  writeControl(folder, "cgroup.procs", runner);
}

function enable(folder: string, controllers: readonly string[]): void {
  const enabled = controlWords(readControl(folder, "cgroup.subtree_control"));
  const missing = controllers.filter((controller) => !enabled.includes(controller));
  if (missing.length === 0) return;
  writeControl(folder, "cgroup.subtree_control", missing.map((controller) => `+${controller}`).join(" "));
}

/** No swap beside it, and an attempt that needs more goes as a whole: half of one would hang or lie. */
function limitMemory(folder: string, memoryBytes: number): void {
  writeControl(folder, "memory.max", memoryBytes);
  writeControl(folder, "memory.oom.group", 1);
  try {
    writeControl(folder, "memory.swap.max", 0);
  } catch (error) {
    // A kernel that does not account for swap has no such file.
    if (errnoOf(error) !== "EACCES" && errnoOf(error) !== "EPERM") throw error;
  }
}
