import type { JobResources } from "../input.js";
import type { Capacity } from "./capacity.js";

/** How many later jobs may start before a job for which there is no room; then room for it is left free until it starts. */
export const PATIENCE = 16;

interface Taken {
  readonly milliCpus: number;
  readonly memoryBytes: number;
  readonly gpus: readonly string[];
}

/**
 * What is taken and what is free on an instance, and who has been overtaken how often. Who asks for more of something than
 * there is gets all of it: a job is never kept waiting for what cannot come. `shortages` tells of it beforehand.
 */
export class Slots {
  readonly #capacity: Capacity;
  readonly #taken = new Map<string, Taken>();
  readonly #overtaken = new Map<string, number>();
  /** Thousandths, so that fractions of a CPU add up exactly. */
  #freeMilliCpus: number;
  #freeMemoryBytes: number;
  #freeGpus: readonly string[];

  constructor(capacity: Capacity) {
    this.#capacity = capacity;
    this.#freeMilliCpus = milli(capacity.cpus);
    this.#freeMemoryBytes = capacity.memoryBytes;
    this.#freeGpus = capacity.gpus;
  }

  /** Whether a job that takes this could start now. */
  fits(resources: JobResources = {}): boolean {
    const wanted = this.#obtainable(resources);
    return (
      this.#taken.size < this.#capacity.slots &&
      wanted.milliCpus <= this.#freeMilliCpus &&
      wanted.memoryBytes <= this.#freeMemoryBytes &&
      wanted.gpus <= this.#freeGpus.length
    );
  }

  /**
   * Whether a job that fits now would leave room for one that waits: nothing is taken of what the other needs, but what is
   * left over beside it. A job that only needs what the other does not ask for keeps it waiting no longer.
   */
  leavesRoom(resources: JobResources = {}, waiting: JobResources = {}): boolean {
    const taken = this.#obtainable(resources);
    const kept = this.#obtainable(waiting);
    const leaves = (amount: number, free: number, other: number): boolean =>
      amount === 0 || other === 0 || free - amount >= other;
    return (
      leaves(1, this.#capacity.slots - this.#taken.size, 1) &&
      leaves(taken.milliCpus, this.#freeMilliCpus, kept.milliCpus) &&
      leaves(taken.memoryBytes, this.#freeMemoryBytes, kept.memoryBytes) &&
      leaves(taken.gpus, this.#freeGpus.length, kept.gpus)
    );
  }

  #obtainable({ cpus = 0, memoryBytes = 0, gpus = 0 }: JobResources) {
    return {
      milliCpus: milli(Math.min(cpus, this.#capacity.cpus)),
      memoryBytes: Math.min(memoryBytes, this.#capacity.memoryBytes),
      gpus: Math.min(gpus, this.#capacity.gpus.length),
    };
  }

  /** The GPUs that a job which fits would get, those named first in the capacity first. */
  gpusFor({ gpus = 0 }: JobResources = {}): readonly string[] {
    return this.#freeGpus.slice(0, gpus);
  }

  /** The GPUs of a job that runs. */
  gpusOf(job: string): readonly string[] {
    return this.#taken.get(job)?.gpus ?? [];
  }

  /** A job starts, or ran already when this began (then there may be more taken than there is). */
  take(job: string, resources: JobResources = {}, gpus: readonly string[] = []): void {
    this.release(job);
    const { milliCpus, memoryBytes } = this.#obtainable(resources);
    this.#taken.set(job, { milliCpus, memoryBytes, gpus });
    this.#freeMilliCpus -= milliCpus;
    this.#freeMemoryBytes -= memoryBytes;
    this.#freeGpus = this.#freeGpus.filter((gpu) => !gpus.includes(gpu));
    this.#overtaken.delete(job);
  }

  /** Gives back what a job took; does nothing for one that took nothing. */
  release(job: string): void {
    const taken = this.#taken.get(job);
    if (taken === undefined) return;
    this.#taken.delete(job);
    this.#freeMilliCpus += taken.milliCpus;
    this.#freeMemoryBytes += taken.memoryBytes;
    const used = new Set([...this.#taken.values()].flatMap(({ gpus }) => gpus));
    this.#freeGpus = this.#capacity.gpus.filter((gpu) => !used.has(gpu));
  }

  /** Whether a job has been overtaken so often that room for it is left free. */
  isDue(job: string): boolean {
    return (this.#overtaken.get(job) ?? 0) >= PATIENCE;
  }

  overtake(jobs: readonly string[]): void {
    for (const job of jobs) this.#overtaken.set(job, (this.#overtaken.get(job) ?? 0) + 1);
  }
}

function milli(cpus: number): number {
  return Math.round(cpus * 1000);
}
