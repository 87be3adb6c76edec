import { readProcFile } from "./proc-file.js";

/** One line of the process table. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Start, in ticks (1/100 s) since boot. */
  readonly startTicks: number;
  /** User and system time, its own and that of the children it has waited for, in ticks. */
  readonly cpuTicks: number;
  /** Ended, and only waits for its parent to notice. */
  readonly ended: boolean;
}

/** `USER_HZ`: what the kernel calls a tick in `/proc`, the same on every Linux that Node runs on. */
export const TICKS_PER_SECOND = 100;

/** Places of `/proc/<pid>/stat` behind the name, which may itself hold spaces and parentheses (proc(5)). */
const FIELD = { state: 0, parent: 1, group: 2, session: 3, cpu: [11, 12, 13, 14], start: 19 } as const;

/** @returns `undefined` when there is no such process. */
export function readProcessStat(pid: number): ProcessStat | undefined {
  const text = readProcFile(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseProcessStat(pid, text);
}

export function parseProcessStat(pid: number, text: string): ProcessStat | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const state = fields[FIELD.state];
  if (state === undefined || fields.length <= FIELD.start) return undefined;
  return {
    pid,
    parent: Number(fields[FIELD.parent]),
    group: Number(fields[FIELD.group]),
    session: Number(fields[FIELD.session]),
    startTicks: Number(fields[FIELD.start]),
    cpuTicks: FIELD.cpu.reduce((sum, place) => sum + Number(fields[place]), 0),
    ended: state === "Z" || state === "X",
  };
}
