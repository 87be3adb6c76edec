import { noneBelongsAmongNew } from "../processes/new-processes.js";
import { readProcFile } from "../processes/proc-file.js";

/** More processes than any machine makes in a millisecond; bounds how soon the kernel can have used all pids once. */
const MOST_FORKS_PER_MS = 200;

export interface EndedWrapper {
  readonly pid: number;
  readonly marker: string;
  /** From its start to its end. */
  readonly elapsedMs: number;
}

/**
 * Whether a short attempt has certainly left no process behind, at a twentieth of the cost of reading the process
 * table: only pids after the wrapper's can be its descendants', as long as the kernel cannot have begun again.
 * `false` says nothing.
 */
export function hasCertainlyLeftNothing({ pid, marker, elapsedMs }: EndedWrapper): boolean {
  if (elapsedMs * MOST_FORKS_PER_MS >= largestPid()) return false;
  return noneBelongsAmongNew({ after: pid, marker, session: pid });
}

let knownLargestPid: number | undefined;

function largestPid(): number {
  knownLargestPid ??= Number(readProcFile("/proc/sys/kernel/pid_max") ?? "0");
  return knownLargestPid;
}
