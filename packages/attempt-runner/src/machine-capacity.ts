import { readdirSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";

/** What this machine has for jobs. */
export interface MachineCapacity {
  readonly cpus: number;
  readonly memoryBytes: number;
  /** The GPUs' names, as `CUDA_VISIBLE_DEVICES` takes them. */
  readonly gpus: readonly string[];
}

export interface MachineFacts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the NVIDIA driver lists its GPUs, one folder each. */
  readonly gpuFolder?: string;
}

const GPU_FOLDER = "/proc/driver/nvidia/gpus";

/**
 * CPUs that this process may use; memory, or what its container may use of it; GPUs that `CUDA_VISIBLE_DEVICES` leaves
 * visible, else all that the NVIDIA driver knows.
 */
export function machineCapacity({ environment, gpuFolder = GPU_FOLDER }: MachineFacts): MachineCapacity {
  const constrained = process.constrainedMemory();
  const total = totalmem();
  return {
    cpus: availableParallelism(),
    memoryBytes: constrained > 0 ? Math.min(constrained, total) : total,
    gpus: visibleGpus(environment.CUDA_VISIBLE_DEVICES) ?? driverGpus(gpuFolder),
  };
}

/** CUDA's own rule: what comes after a name it does not know (`-1`) is not visible. */
function visibleGpus(list: string | undefined): readonly string[] | undefined {
  if (list === undefined) return undefined;
  const names = list.split(",").map((name) => name.trim());
  const end = names.findIndex((name) => name === "" || name.startsWith("-"));
  return end === -1 ? names : names.slice(0, end);
}

function driverGpus(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((_, index) => String(index));
  } catch {
    return [];
  }
}
