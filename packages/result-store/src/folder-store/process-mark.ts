import { readFileSync } from "node:fs";

const START_FIELD = 19;

/**
 * Tells one process from all others of this machine, also from those that get its pid later; `undefined` when none has it. Where
 * there is no /proc, the pid alone has to do.
 */
export function processMark(pid: number): string | undefined {
  const boot = readOrNothing("/proc/sys/kernel/random/boot_id")?.trim();
  if (boot === undefined) return isThere(pid) ? String(pid) : undefined;
  const stat = readOrNothing(`/proc/${pid}/stat`);
  // The name in the brackets may hold anything.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields === undefined ? undefined : `${pid} ${fields[START_FIELD]} ${boot}`;
}

/** Whether the process with this mark still runs. */
export function isRunning(mark: string): boolean {
  return processMark(Number.parseInt(mark, 10)) === mark;
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
