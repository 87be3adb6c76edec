import { readdirSync } from "node:fs";
import { type ProcessStat, readProcessStat } from "./process-stat.js";

export interface ProcessTable {
  readonly processes: readonly ProcessStat[];
  /** Some process ended between being listed and being read, so a child of it may be missing here. */
  readonly incomplete: boolean;
}

export function readProcessTable(): ProcessTable {
  const processes: ProcessStat[] = [];
  let incomplete = false;
  for (const name of readdirSync("/proc")) {
    const first = name.charCodeAt(0);
    if (first < 0x30 || first > 0x39) continue;
    const stat = readProcessStat(Number(name));
    if (stat === undefined) incomplete = true;
    else processes.push(stat);
  }
  return { processes, incomplete };
}
