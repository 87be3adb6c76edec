import { errnoOf } from "@spawn/foundation";
import { openCgroupV1 } from "./cgroup-v1.js";
import { openCgroupV2 } from "./cgroup-v2.js";
import { type Containment, processGroups } from "./containment.js";
import { type Hierarchy, readHierarchies } from "./hierarchies.js";

export interface DetectOptions {
  /** Where `/proc` and the cgroups are, for another tree than the machine's own. */
  readonly root?: string;
  /** The runner's pid. */
  readonly runner?: number;
  /**
   * The cgroup below which those of attempts are made, by its path in each tree: `/` is the top. Default: the runner's
   * own, which is wrong for a service that restarts while its attempts go on.
   */
  readonly parent?: string;
}

/**
 * Finds out how attempts can be held together here: by cgroups below the runner's own, in which it may have to move
 * itself into a leaf, or below another one, or by process groups. Call it once per runner.
 */
export function detectContainment(options: DetectOptions = {}): Containment {
  const { root = "/", runner = process.pid, parent } = options;
  const hierarchies = readHierarchies(root, parent);
  const unfit = hierarchies.find(({ own }) => !isPlain(own));
  if (unfit !== undefined) return processGroups(`the name of the cgroup ${unfit.own} cannot be written down`);
  const v2 = tried(hierarchies, (all) => openCgroupV2(all, runner));
  if (typeof v2 !== "string") return v2;
  const v1 = tried(hierarchies, openCgroupV1);
  return typeof v1 === "string" ? processGroups(`${v2}; ${v1}`) : v1;
}

function tried(
  hierarchies: readonly Hierarchy[],
  open: (hierarchies: readonly Hierarchy[]) => Containment | string,
): Containment | string {
  try {
    return open(hierarchies);
  } catch (error) {
    if (errnoOf(error) === undefined || !(error instanceof Error)) throw error;
    return error.message;
  }
}

/** Shells write these paths into claim files: no blanks, no colons, and of backslashes only what systemd makes. */
function isPlain(path: string): boolean {
  return /^(?:[\x21-\x39\x3b-\x5b\x5d-\x7e]|\\x[0-9a-f]{2})*$/.test(path);
}
