import type { MachineCapacity } from "@spawn/attempt-runner";
import type { QueueSpec } from "@spawn/config-schema";
import { toDagInput } from "@spawn/config-schema";
import { type Shortage, shortages } from "@spawn/dag-core";
import { formatBinarySize, SpawnError, unreachable } from "@spawn/foundation";

/** What jobs ask for and this machine does not have, a line each; nothing when all can run here. */
export function describeShortages(spec: QueueSpec, machine: MachineCapacity): readonly string[] {
  const capacity = { ...machine, slots: spec.maxParallel ?? machine.cpus };
  return shortages(toDagInput(spec).jobs, capacity).map(describe);
}

/**
 * Refuses jobs that could only wait for ever.
 *
 * @throws SpawnError `no-capacity`, naming every such job.
 */
export function checkRoom(spec: QueueSpec, machine: MachineCapacity): void {
  const short = describeShortages(spec, machine);
  if (short.length === 0) return;
  throw new SpawnError(
    "no-capacity",
    `not enough of this machine for ${spec.queueId ?? "the queue"}: ${short.join("; ")}`,
    {
      hint: "Ask for less in resources, or run the queue on a larger machine.",
    },
  );
}

function describe({ job, resource, asked, there }: Shortage): string {
  switch (resource) {
    case "cpus":
      return `job ${job} asks for ${asked} CPUs, there are ${there}`;
    case "memory":
      return `job ${job} asks for ${formatBinarySize(asked)} of memory, there are ${formatBinarySize(there)}`;
    case "gpus":
      return `job ${job} asks for ${asked} GPUs, there are ${there}`;
    default:
      return unreachable(resource);
  }
}
