import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { type ProcessStat, readProcessStat } from "../processes/process-stat.js";
import { sendSignal } from "../processes/send-signal.js";
import { isEmpty, pidsIn, removeCgroup, writeControl } from "./control-file.js";
import { type CgroupCounters, readCounters } from "./counters.js";
import { frozenly } from "./freezer.js";

/** One attempt's cgroup: a folder in each hierarchy that is used. Whoever was started in it cannot leave by forking. */
export interface AttemptCgroup {
  /** The first is the one whose processes are listed and killed. */
  readonly folders: readonly string[];
  /** All that run in it, and in what they made below it; zombies are not among them. */
  processes(): readonly ProcessStat[];
  /** KILL to all at once, so that nobody can fork on. */
  killAll(): void;
  counters(): CgroupCounters;
  /** Does nothing while a process is in it. @returns whether it is gone. */
  remove(): boolean;
}

/** @param folders at least one, the tree of processes first. */
export function cgroupOf(folders: readonly string[]): AttemptCgroup {
  const [tree = ""] = folders;
  return {
    folders,
    processes: () => processesIn(tree),
    killAll: () => killAllIn(tree),
    counters: () => readCounters(folders),
    // Once the tree is gone nobody can be in the others; before, their counters are still wanted.
    remove: () => removeCgroup(tree) && folders.map(removeCgroup).every(Boolean),
  };
}

function processesIn(tree: string): readonly ProcessStat[] {
  if (isEmpty(tree)) return [];
  return pidsIn(tree).flatMap((pid) => {
    const stat = readProcessStat(pid);
    return stat === undefined || stat.ended ? [] : [stat];
  });
}

/** `cgroup.kill` came with Linux 5.14; before it, and under v1, nobody forks while frozen. */
function killAllIn(tree: string): void {
  // A runner that an attempt's leftovers started must neither kill nor freeze itself.
  if (pidsIn(tree).includes(process.pid)) return;
  if (existsSync(join(tree, "cgroup.kill"))) {
    writeControl(tree, "cgroup.kill", 1);
    return;
  }
  frozenly(tree, () => {
    for (const pid of pidsIn(tree)) sendSignal(pid, constants.signals.SIGKILL);
  });
}
