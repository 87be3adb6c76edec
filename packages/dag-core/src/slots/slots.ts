import type { JobResources } from "../input.js";
import type { Capacity } from "./capacity.js";

/** How many later jobs may start before a job for which there is no room; then nothing after it starts until it has. */
export const PATIENCE = 16;

interface Taken {
  readonly milliCpus: number;
  readonly memoryBytes: number;
  readonly gpus: readonly string[];
}

/** What is taken and what is free on an instance, and who has been overtaken how often. */
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
  fits({ cpus = 0, memoryBytes = 0, gpus = 0 }: JobResources = {}): boolean {
    return (
      this.#taken.size < this.#capacity.slots &&
      milli(cpus) <= this.#freeMilliCpus &&
      memoryBytes <= this.#freeMemoryBytes &&
      gpus <= this.#freeGpus.length
    );
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
  take(job: string, { cpus = 0, memoryBytes = 0 }: JobResources = {}, gpus: readonly string[] = []): void {
    this.release(job);
    this.#taken.set(job, { milliCpus: milli(cpus), memoryBytes, gpus });
    this.#freeMilliCpus -= milli(cpus);
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

  /** Whether a job has been overtaken so often that it is next, whatever else would fit. */
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
