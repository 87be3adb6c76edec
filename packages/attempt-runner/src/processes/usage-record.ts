import type { AttemptEndUsage, AttemptUsage } from "../attempt.js";

/** Keeps the most that was seen of an attempt's usage, for when it has ended. */
export class UsageRecord {
  #total: AttemptEndUsage = {};

  /** @returns the usage, with the highest peak seen so far. */
  note(usage: AttemptUsage): AttemptUsage {
    const peakMemoryBytes = most(this.#total.peakMemoryBytes, usage.peakMemoryBytes ?? usage.memoryBytes);
    const cpuSeconds = most(this.#total.cpuSeconds, usage.cpuSeconds);
    const ioBytes = most(this.#total.ioBytes, usage.ioBytes);
    const peak = peakMemoryBytes === undefined ? {} : { peakMemoryBytes };
    this.#total = {
      ...peak,
      ...(cpuSeconds === undefined ? {} : { cpuSeconds }),
      ...(ioBytes === undefined ? {} : { ioBytes }),
    };
    return { ...usage, ...peak };
  }

  /** `undefined` where nothing was ever seen. */
  total(): AttemptEndUsage | undefined {
    return Object.keys(this.#total).length === 0 ? undefined : this.#total;
  }
}

function most(known: number | undefined, seen: number | undefined): number | undefined {
  if (known === undefined || seen === undefined) return known ?? seen;
  return Math.max(known, seen);
}
