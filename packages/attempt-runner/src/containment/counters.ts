import { existsSync } from "node:fs";
import { join } from "node:path";
import { readControl } from "./control-file.js";

/** What the kernel has counted of a cgroup, the ones below it included. */
export interface CgroupCounters {
  readonly cpuSeconds?: number;
  /** Memory now, in bytes, the page cache of its files included. */
  readonly memoryBytes?: number;
  readonly peakMemoryBytes?: number;
  /** Bytes read from and written to disks. Under v1 nobody is charged for most writes, so it is not known there. */
  readonly ioBytes?: number;
  /** Processes that the kernel killed for want of memory. */
  readonly oomKills: number;
}

/** One counter: the file that has it, of version 2 or 1, and how to read it. */
interface Source {
  readonly file: string;
  readonly read: (text: string) => number | undefined;
}

const CPU_SECONDS: readonly Source[] = [
  { file: "cpu.stat", read: (text) => scaled(field(text, "usage_usec"), 1e6) },
  { file: "cpuacct.usage", read: (text) => scaled(amount(text), 1e9) },
];
const MEMORY_BYTES: readonly Source[] = [
  { file: "memory.current", read: amount },
  { file: "memory.usage_in_bytes", read: amount },
];
const PEAK_MEMORY_BYTES: readonly Source[] = [
  { file: "memory.peak", read: amount },
  { file: "memory.max_usage_in_bytes", read: amount },
];
const OOM_KILLS: readonly Source[] = [
  { file: "memory.events", read: (text) => field(text, "oom_kill") },
  { file: "memory.oom_control", read: (text) => field(text, "oom_kill") },
];
const IO_BYTES: readonly Source[] = [{ file: "io.stat", read: transferredBytes }];

/** `folders`: the attempt's cgroup in each hierarchy that it has one in. */
export function readCounters(folders: readonly string[]): CgroupCounters {
  const cpuSeconds = counter(folders, CPU_SECONDS);
  const memoryBytes = counter(folders, MEMORY_BYTES);
  const peakMemoryBytes = counter(folders, PEAK_MEMORY_BYTES);
  const ioBytes = counter(folders, IO_BYTES);
  return {
    ...(cpuSeconds === undefined ? {} : { cpuSeconds }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }),
    ...(ioBytes === undefined ? {} : { ioBytes }),
    oomKills: counter(folders, OOM_KILLS) ?? 0,
  };
}

function counter(folders: readonly string[], sources: readonly Source[]): number | undefined {
  for (const { file, read } of sources) {
    for (const folder of folders) {
      // Most are not there: to ask first costs a fifth of a failed read.
      const text = existsSync(join(folder, file)) ? readControl(folder, file) : undefined;
      const value = text === undefined ? undefined : read(text);
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

function amount(text: string): number | undefined {
  return /^\d+$/.test(text.trim()) ? Number(text) : undefined;
}

/** Of a file with a line `<name> <number>`. */
function field(text: string, name: string): number | undefined {
  const value = new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}

function scaled(value: number | undefined, unit: number): number | undefined {
  return value === undefined ? undefined : value / unit;
}

/** `io.stat`: a line for each device, `8:0 rbytes=… wbytes=… rios=…`; empty before the first transfer. */
function transferredBytes(text: string): number {
  const amounts = [...text.matchAll(/\b[rw]bytes=(\d+)/g)];
  return amounts.reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}
