import { readProcFile } from "./proc-file.js";
import { readProcessStat } from "./process-stat.js";

/** A process, unmistakably: pids are used again, also after a reboot. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In kernel ticks (1/100 s) since boot. */
  readonly startTicks: number;
  readonly bootId: string;
}

/** The kernel's id of this boot. */
export function currentBootId(): string {
  const text = readProcFile("/proc/sys/kernel/random/boot_id");
  if (text === undefined)
    throw new Error("/proc/sys/kernel/random/boot_id cannot be read: not Linux, or no /proc");
  return text.trim();
}

/** @returns `undefined` when no such process runs; a zombie does not run. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  const stat = readProcessStat(pid);
  if (stat === undefined || stat.ended) return undefined;
  return { pid, startTicks: stat.startTicks, bootId: currentBootId() };
}

/** Whether that very process still runs. A zombie does not. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== currentBootId()) return false;
  const stat = readProcessStat(identity.pid);
  return stat !== undefined && !stat.ended && stat.startTicks === identity.startTicks;
}
