import { existsSync } from "node:fs";
import { lookForMarker } from "./marker.js";
import { readProcFile } from "./proc-file.js";
import { readProcessStat } from "./process-stat.js";

/** Above this many new pids, reading the whole process table is cheaper. */
const MOST_CANDIDATES = 100;

/** While others start processes there is always one more to look at; after this many rounds, nothing is certain. */
const MOST_ROUNDS = 8;

export interface NewProcessesQuery {
  /** Only processes with a later pid are looked at. */
  readonly after: number;
  readonly marker: string;
  readonly session?: number;
}

/**
 * Whether certainly none of the processes made since a pid was given out belongs to an attempt: pids are given out in
 * order, until the kernel begins again. `false` says nothing. A process that ends while it is looked at may have
 * forked; its child's pid is a later one, and is looked at in the next round.
 */
export function noneBelongsAmongNew({ after, marker, session }: NewProcessesQuery): boolean {
  let checked = after;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const newest = newestPid();
    if (newest === undefined || newest < checked || newest - after > MOST_CANDIDATES) return false;
    if (newest === checked) return true;
    for (; checked < newest; checked += 1) {
      if (mayBelong(checked + 1, session, marker)) return false;
    }
  }
  return false;
}

/** The last field of `/proc/loadavg`. @returns `undefined` in sandboxes that do not tell. */
export function newestPid(): number | undefined {
  const text = readProcFile("/proc/loadavg");
  const pid = Number(text?.slice(text.lastIndexOf(" ") + 1));
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** A descendant without marker and in another session is found by its living ancestors, or not at all. */
function mayBelong(pid: number, session: number | undefined, marker: string): boolean {
  if (!existsSync(`/proc/${pid}`)) return false;
  return (
    (session !== undefined && readProcessStat(pid)?.session === session) ||
    lookForMarker(pid, marker) !== "absent"
  );
}
