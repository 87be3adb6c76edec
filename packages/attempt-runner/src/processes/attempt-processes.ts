import { lookForMarker } from "./marker.js";
import type { ProcessStat } from "./process-stat.js";

export interface AttemptWrapper {
  readonly pid: number;
  /** Absent where it could not be read. */
  readonly startTicks?: number;
}

/** By what an attempt's processes are recognised. */
export interface AttemptTrace {
  readonly marker: string;
  /**
   * The wrapper, leader of the attempt's own session. Given while the runner knows that this pid cannot have become
   * somebody else's: it is alive, or has only just ended.
   */
  readonly wrapper?: AttemptWrapper;
}

export interface FoundProcesses {
  readonly found: readonly ProcessStat[];
  /** Whether a process was met of which nothing could be said yet: it may belong to the attempt. */
  readonly undecided: boolean;
}

/**
 * All the attempt started that still runs, without the wrapper: who is in its session or carries its marker, all
 * their descendants, and all in a session that one of those made. Nobody older than the wrapper is among them, nor
 * this process or anything it descends from.
 */
export function findAttemptProcesses(trace: AttemptTrace, processes: readonly ProcessStat[]): FoundProcesses {
  const ancestry = ownAncestry(processes);
  const oldest = trace.wrapper?.startTicks ?? 0;
  const candidates = processes.filter(
    (process) => process.startTicks >= oldest && !process.ended && !ancestry.pids.has(process.pid),
  );
  const session = trustedSession(trace, processes);
  const found = new Set(candidates.filter((process) => process.session === session));
  closeOver(found, candidates, ancestry.sessions);
  let undecided = false;
  for (const process of candidates) {
    const look = found.has(process) ? "present" : lookForMarker(process.pid, trace.marker);
    if (look === "present") found.add(process);
    if (look === "starting") undecided = true;
  }
  closeOver(found, candidates, ancestry.sessions);
  return { found: [...found].filter((process) => process.pid !== trace.wrapper?.pid), undecided };
}

/** The attempt's session, unless the wrapper's pid has gone to somebody else. */
function trustedSession({ wrapper }: AttemptTrace, processes: readonly ProcessStat[]): number | undefined {
  if (wrapper === undefined) return undefined;
  const holder = processes.find((process) => process.pid === wrapper.pid);
  const known = wrapper.startTicks;
  return holder === undefined || known === undefined || holder.startTicks === known ? wrapper.pid : undefined;
}

/** Adds descendants and members of the same sessions, until nothing is added. */
function closeOver(
  found: Set<ProcessStat>,
  candidates: readonly ProcessStat[],
  foreignSessions: ReadonlySet<number>,
): void {
  const parents = new Set<number>();
  const sessions = new Set<number>();
  const enter = (process: ProcessStat): void => {
    found.add(process);
    parents.add(process.pid);
    if (!foreignSessions.has(process.session)) sessions.add(process.session);
  };
  for (const process of found) enter(process);
  for (let before = -1; before !== found.size && found.size > 0; ) {
    before = found.size;
    for (const process of candidates) {
      if (found.has(process)) continue;
      if (parents.has(process.parent) || sessions.has(process.session)) enter(process);
    }
  }
}

/** This process and all it descends from, with their sessions. Session 0 is that of processes outside a container. */
function ownAncestry(processes: readonly ProcessStat[]): {
  pids: ReadonlySet<number>;
  sessions: ReadonlySet<number>;
} {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const pids = new Set([1]);
  const sessions = new Set([0]);
  let current = byPid.get(process.pid);
  while (current !== undefined && !pids.has(current.pid)) {
    pids.add(current.pid);
    sessions.add(current.session);
    current = byPid.get(current.parent);
  }
  return { pids, sessions };
}
