import type { AttemptUsage } from "../attempt.js";
import { readProcFile } from "./proc-file.js";
import { type ProcessStat, TICKS_PER_SECOND } from "./process-stat.js";

/** Adds up what these processes use. Time of children nobody waited for is lost with them. */
export function usageOf(processes: readonly ProcessStat[]): AttemptUsage {
  if (processes.length === 0) return {};
  const ticks = processes.reduce((sum, process) => sum + process.cpuTicks, 0);
  const memoryBytes = processes.reduce((sum, process) => sum + residentBytes(process.pid), 0);
  return { cpuSeconds: ticks / TICKS_PER_SECOND, memoryBytes };
}

function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readProcFile(`/proc/${pid}/status`) ?? "")?.[1];
  return kibibytes === undefined ? 0 : Number(kibibytes) * 1024;
}
