import type { AttemptWrapper } from "../processes/attempt-processes.js";
import { readProcFile } from "../processes/proc-file.js";
import { type ProcessStat, readProcessStat } from "../processes/process-stat.js";
import { readProcessTable } from "../processes/process-table.js";
import { isWrapperOf } from "../starting/wrapper.js";

/** The wrapper that holds `claim` and wrote this pid into it, if that process still runs and is not another by now. */
export function findWrapperByPid(pid: number, claim: string): AttemptWrapper | undefined {
  const stat = readProcessStat(pid);
  return stat !== undefined && isWrapper(stat, claim) ? { pid, startTicks: stat.startTicks } : undefined;
}

/** The wrapper that has made `claim` but not written its pid yet. */
export function findWrapperByClaim(claim: string): AttemptWrapper | undefined {
  const stat = readProcessTable().find((process) => isWrapper(process, claim));
  return stat === undefined ? undefined : { pid: stat.pid, startTicks: stat.startTicks };
}

/** The wrapper leads its session; its fork that is about to become the command does not. */
function isWrapper(process: ProcessStat, claim: string): boolean {
  return (
    !process.ended &&
    process.session === process.pid &&
    isWrapperOf(claim, readProcFile(`/proc/${process.pid}/cmdline`) ?? "")
  );
}
