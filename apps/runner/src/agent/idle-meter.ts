import type { MachineLoad } from "./machine-load.js";

const BUSY_CPU_PERCENT = 5;
const BUSY_GPU_PERCENT = 5;
const BUSY_NETWORK_BYTES_PER_MINUTE = 10_000;
/** What the agent itself sends and receives while nothing happens: six listings of requests, twelve looks for a spot notice. */
const OWN_BYTES_PER_MINUTE = 6 * 8_000 + 12 * 1_000;
const MINUTE_MS = 60_000;

export interface LoadSample extends MachineLoad {
  /** Boot clock, in milliseconds. */
  readonly at: number;
}

/** Since when nothing happens on a machine: by rates between one look and the next, not by totals since its boot. */
export class IdleMeter {
  #before: LoadSample | undefined;
  #idleSince: number | undefined;

  add(sample: LoadSample): void {
    const before = this.#before;
    this.#before = sample;
    if (before === undefined || isBusy(before, sample)) this.#idleSince = sample.at;
  }

  /** Forgets what was: idleness is counted from the next look on. */
  reset(): void {
    this.#before = undefined;
    this.#idleSince = undefined;
  }

  /** For how long it has been idle, in milliseconds; 0 before the first look. */
  idleForMs(at: number): number {
    return this.#idleSince === undefined ? 0 : Math.max(0, at - this.#idleSince);
  }
}

function isBusy(before: LoadSample, now: LoadSample): boolean {
  if (now.terminals > 0 || now.gpuPercent > BUSY_GPU_PERCENT) return true;
  const ticks = now.cpu.total - before.cpu.total;
  const cpuPercent = ticks <= 0 ? 0 : (100 * (now.cpu.busy - before.cpu.busy)) / ticks;
  if (cpuPercent >= BUSY_CPU_PERCENT) return true;
  const minutes = (now.at - before.at) / MINUTE_MS;
  const rate = (now.networkBytes - before.networkBytes) / minutes;
  return minutes > 0 && rate >= BUSY_NETWORK_BYTES_PER_MINUTE + OWN_BYTES_PER_MINUTE;
}
