import { formatBinarySize } from "@spawn/foundation";
import type { JobResourcesStatus } from "../status/queue-status.js";

/** `cpus: 2, memory: 8 GiB, gpus: 1`, as the queue file names them; empty for none. */
export function describeResources({ cpus = 0, memory_bytes = 0, gpus = 0 }: JobResourcesStatus = {}): string {
  return [
    ...(cpus > 0 ? [`cpus: ${cpus}`] : []),
    ...(memory_bytes > 0 ? [`memory: ${formatBinarySize(memory_bytes)}`] : []),
    ...(gpus > 0 ? [`gpus: ${gpus}`] : []),
  ].join(", ");
}

/** What of the resources in `wanted` a job has that declares `held`. */
export function sharedResources(
  wanted: JobResourcesStatus = {},
  held: JobResourcesStatus = {},
): JobResourcesStatus {
  return {
    cpus: wanted.cpus === undefined ? undefined : held.cpus,
    memory_bytes: wanted.memory_bytes === undefined ? undefined : held.memory_bytes,
    gpus: wanted.gpus === undefined ? undefined : held.gpus,
  };
}
