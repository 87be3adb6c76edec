import { readdirSync, readFileSync } from "node:fs";
import { runProgram } from "./run-program.js";

/** What the machine has done since its boot, and what it does right now. */
export interface MachineLoad {
  /** In ticks, over all CPUs; `busy` is what was neither idle nor waiting for disks. */
  readonly cpu: { readonly busy: number; readonly total: number };
  /** Received and sent through all interfaces but the loopback. */
  readonly networkBytes: number;
  /** Terminals that somebody has open. */
  readonly terminals: number;
  /** Of the busiest GPU; 0 where there is none. */
  readonly gpuPercent: number;
}

/** @throws system errors, where this is no Linux. */
export async function readMachineLoad(): Promise<MachineLoad> {
  return {
    cpu: cpuTicks(readFileSync("/proc/stat", "utf8")),
    networkBytes: networkBytes(readFileSync("/proc/net/dev", "utf8")),
    terminals: openTerminals(),
    gpuPercent: await busiestGpu(),
  };
}

/** proc(5): `cpu user nice system idle iowait irq softirq steal guest guest_nice`; guests are in user and nice already. */
export function cpuTicks(stat: string): MachineLoad["cpu"] {
  const [, ...fields] = (/^cpu +.*$/m.exec(stat)?.[0] ?? "").split(/ +/);
  const ticks = fields.slice(0, 8).map(Number);
  const total = ticks.reduce((sum, value) => sum + value, 0);
  return { total, busy: total - (ticks[3] ?? 0) - (ticks[4] ?? 0) };
}

/** After each interface's name: eight fields of what was received, then of what was sent; bytes first. */
export function networkBytes(dev: string): number {
  return dev.split("\n").reduce((sum, line) => {
    const [, name, fields = ""] = /^\s*([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || name === "lo") return sum;
    const values = fields.split(/\s+/).map(Number);
    return sum + (values[0] ?? 0) + (values[8] ?? 0);
  }, 0);
}

function openTerminals(): number {
  try {
    return readdirSync("/dev/pts").filter((name) => /^\d+$/.test(name)).length;
  } catch {
    return 0;
  }
}

async function busiestGpu(): Promise<number> {
  try {
    const query = ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"];
    const lines = (await runProgram("nvidia-smi", query)).trim().split("\n");
    return Math.max(0, ...lines.map(Number).filter(Number.isFinite));
  } catch {
    return 0;
  }
}
