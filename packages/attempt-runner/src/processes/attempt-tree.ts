import type { AttemptUsage } from "../attempt.js";
import type { AttemptCgroup } from "../containment/attempt-cgroup.js";
import { type AttemptTrace, findAttemptProcesses } from "./attempt-processes.js";
import { type ProcessStat, readProcessStat } from "./process-stat.js";
import { readProcessTable } from "./process-table.js";
import { type AttemptSearch, searchAttempt } from "./search-attempt.js";
import { sendSignal } from "./send-signal.js";
import { usageOf } from "./usage.js";

const SIGKILL = 9;

/** All that an attempt started and that still runs, held together by one of two means. */
export interface AttemptTree {
  /** The wrapper is not among them. */
  search(): AttemptSearch;
  /** The last resort against who forks faster than it can be killed; in a cgroup the wrapper goes too. */
  killAll(left: readonly ProcessStat[]): void;
  usage(): AttemptUsage;
}

/** By session, descent and marker: the whole process table is looked at. */
export function tracedTree(trace: AttemptTrace, wrapperRuns: () => boolean): AttemptTree {
  return {
    search: () => searchAttempt(trace),
    killAll: killGroups,
    usage() {
      const processes = readProcessTable();
      const own = processes.filter(({ pid }) => pid === trace.wrapper?.pid && wrapperRuns());
      return usageOf([...own, ...findAttemptProcesses(trace, processes).found]);
    },
  };
}

/** By its cgroup: the kernel's list is complete, so nothing found is nothing left. */
export function cgroupTree(cgroup: AttemptCgroup, wrapper: number | undefined): AttemptTree {
  return {
    search() {
      const found = cgroup.processes().filter(({ pid }) => pid !== wrapper && pid !== process.pid);
      return { found, certain: true };
    },
    killAll: () => cgroup.killAll(),
    usage() {
      const { oomKills: _oomKills, ...usage } = cgroup.counters();
      return usage;
    },
  };
}

/** The kernel kills a group in one step, so nobody in it can fork on. */
function killGroups(processes: readonly ProcessStat[]): void {
  const own = readProcessStat(process.pid)?.group;
  for (const group of new Set(processes.map((process) => process.group))) {
    if (group > 1 && group !== own) sendSignal(-group, SIGKILL);
  }
}
