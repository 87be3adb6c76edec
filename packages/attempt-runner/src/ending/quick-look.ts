import { existsSync } from "node:fs";
import { hasMarker } from "../processes/marker.js";
import { readProcFile } from "../processes/proc-file.js";
import { readProcessStat } from "../processes/process-stat.js";

/** Above this many new pids, reading the whole process table is cheaper. */
const MOST_CANDIDATES = 100;

/** More processes than any machine makes in a millisecond; bounds how soon the kernel can have used all pids once. */
const MOST_FORKS_PER_MS = 200;

/** The table only grows while others start processes; after this many rounds, let the full search decide. */
const MOST_ROUNDS = 8;

export interface EndedWrapper {
  readonly pid: number;
  readonly marker: string;
  /** From its start to its end. */
  readonly elapsedMs: number;
}

/**
 * Whether a short attempt has certainly left no process behind, at a tenth of the cost of reading the process table:
 * pids are given out in order, so that only those between the wrapper's and the newest can be its descendants'.
 * `false` says nothing.
 */
export function hasCertainlyLeftNothing({ pid: wrapper, marker, elapsedMs }: EndedWrapper): boolean {
  if (elapsedMs * MOST_FORKS_PER_MS >= largestPid()) return false;
  let checked = wrapper;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const newest = newestPid();
    if (newest === undefined || newest < checked || newest - wrapper > MOST_CANDIDATES) return false;
    // A process that ended while it was looked for may have forked: its child's pid is beyond `checked`.
    if (newest === checked) return true;
    for (; checked < newest; checked += 1) {
      if (belongs(checked + 1, wrapper, marker)) return false;
    }
  }
  return false;
}

/** A descendant alone, without marker and session, has an ancestor among the candidates that has them. */
function belongs(pid: number, session: number, marker: string): boolean {
  if (!existsSync(`/proc/${pid}`)) return false;
  return readProcessStat(pid)?.session === session || hasMarker(pid, marker);
}

/** The last field of `/proc/loadavg`; 0 in sandboxes that do not tell. */
function newestPid(): number | undefined {
  const text = readProcFile("/proc/loadavg");
  const pid = Number(text?.slice(text.lastIndexOf(" ") + 1));
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

let knownLargestPid: number | undefined;

function largestPid(): number {
  knownLargestPid ??= Number(readProcFile("/proc/sys/kernel/pid_max") ?? "0");
  return knownLargestPid;
}
