import { readdirSync } from "node:fs";
import { type ProcessStat, readProcessStat } from "./process-stat.js";

/** All processes of this machine, or container, in the order of their pids. Those that end meanwhile may be missing. */
export function readProcessTable(): ProcessStat[] {
  const processes: ProcessStat[] = [];
  for (const name of readdirSync("/proc")) {
    const first = name.charCodeAt(0);
    if (first < 0x30 || first > 0x39) continue;
    const stat = readProcessStat(Number(name));
    if (stat !== undefined) processes.push(stat);
  }
  return processes;
}
