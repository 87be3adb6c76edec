import type { DagJob } from "../input.js";

/** What an instance has to give. */
export interface Capacity {
  /** How many jobs may run at once, whatever they take. */
  readonly slots: number;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** The GPUs' names, as `CUDA_VISIBLE_DEVICES` takes them. */
  readonly gpus: readonly string[];
}

/** A job that can never run on an instance, since it asks for more than there is. */
export interface Shortage {
  readonly job: string;
  readonly resource: "cpus" | "memory" | "gpus";
  /** CPUs, bytes or GPUs. */
  readonly asked: number;
  readonly there: number;
}

/** Everything that jobs ask for and can never get, in file order. */
export function shortages(jobs: readonly DagJob[], capacity: Capacity): readonly Shortage[] {
  return jobs.flatMap(({ id: job, resources = {} }) => {
    const asked: readonly Omit<Shortage, "job">[] = [
      { resource: "cpus", asked: resources.cpus ?? 0, there: capacity.cpus },
      { resource: "memory", asked: resources.memoryBytes ?? 0, there: capacity.memoryBytes },
      { resource: "gpus", asked: resources.gpus ?? 0, there: capacity.gpus.length },
    ];
    return asked.filter(({ asked: wanted, there }) => wanted > there).map((short) => ({ job, ...short }));
  });
}
