import type { CommandProcess } from "../attempt.js";
import { readProcFile } from "./proc-file.js";
import { readProcessStat } from "./process-stat.js";
import { readProcessTable } from "./process-table.js";

/** The wrapper's one child: the command's shell, or the command itself where the shell became it. */
export function findCommandProcess(wrapper: number): CommandProcess | undefined {
  // The list of children is a kernel option; the process table always works.
  const children = readProcFile(`/proc/${wrapper}/task/${wrapper}/children`);
  const child =
    children === undefined
      ? readProcessTable().find((process) => process.parent === wrapper)
      : readProcessStat(Number.parseInt(children, 10));
  return child === undefined || child.ended ? undefined : { pid: child.pid, startTicks: child.startTicks };
}
