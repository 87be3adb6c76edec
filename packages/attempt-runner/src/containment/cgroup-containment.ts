import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { errnoOf } from "@spawn/foundation";
import { type AttemptCgroup, cgroupOf } from "./attempt-cgroup.js";
import { cgroupName, groupName } from "./cgroup-name.js";
import type { AttemptLimits, Containment } from "./containment.js";
import { removeCgroup } from "./control-file.js";
import { removeGroup } from "./remove-group.js";

/** Below the runner's own cgroup, in each hierarchy: `spawn/<queue>-<hash>/<job>.<n>`. */
export const TOP_FOLDER = "spawn";

export interface CgroupContainmentOptions {
  readonly kind: "cgroup-v2" | "cgroup-v1";
  /** `…/spawn` in each hierarchy that is used, that of processes first. */
  readonly tops: readonly string[];
  /** Lets cgroups be made in this one that limit and count. */
  readonly prepare: (folder: string) => void;
  readonly limit: (folders: readonly string[], memoryBytes: number) => void;
}

/** What both versions of cgroups have in common: the folders. */
export function cgroupContainment({ kind, tops, prepare, limit }: CgroupContainmentOptions): Containment {
  return {
    kind,
    enclose(marker, limits) {
      const { group, leaf } = cgroupName(marker);
      const folders = tops.map((top) => join(top, group, leaf));
      return makeAll(folders, prepare, () => applyLimits(folders, limits, limit));
    },
    sweep(group) {
      for (const top of tops) removeGroup(join(top, groupName(group)));
    },
  };
}

/** All of them or, after a failure, none. */
function makeAll(
  folders: readonly string[],
  prepare: (folder: string) => void,
  finish: () => void,
): AttemptCgroup {
  const cgroup = cgroupOf(folders);
  try {
    for (const folder of folders) make(folder, prepare);
    finish();
    return cgroup;
  } catch (error) {
    cgroup.remove();
    throw error;
  }
}

/** A cgroup that is there already was made for an attempt that never entered it; its counters would not be this one's. */
function make(folder: string, prepare: (folder: string) => void): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    switch (errnoOf(error)) {
      case "ENOENT":
        makeGroup(dirname(folder), prepare);
        break;
      case "EEXIST":
        if (!removeCgroup(folder)) throw error;
        break;
      default:
        throw error;
    }
    mkdirSync(folder);
  }
}

function makeGroup(group: string, prepare: (folder: string) => void): void {
  mkdirSync(group, { recursive: true });
  prepare(dirname(group));
  prepare(group);
}

function applyLimits(
  folders: readonly string[],
  { memoryBytes }: AttemptLimits,
  limit: (folders: readonly string[], memoryBytes: number) => void,
): void {
  if (memoryBytes !== undefined) limit(folders, memoryBytes);
}
