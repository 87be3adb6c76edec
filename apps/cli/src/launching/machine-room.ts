import type { MachineCapacity } from "@spawn/attempt-runner";
import type { QueueSpec } from "@spawn/config-schema";
import { toDagInput } from "@spawn/config-schema";
import { type DagJob, type Shortage, shortages } from "@spawn/dag-core";
import { formatBinarySize, SpawnError, unreachable } from "@spawn/foundation";
import type { ResumePlan } from "../queues/resume-plan.js";

/** What jobs ask for and this machine does not have, a line each; nothing when all can run here. */
export function describeShortages(spec: QueueSpec, machine: MachineCapacity): readonly string[] {
  return describe(toDagInput(spec).jobs, machine);
}

/**
 * Refuses jobs that could only wait for ever.
 *
 * @throws SpawnError `no-capacity`, naming every such job.
 */
export function checkRoom(spec: QueueSpec, machine: MachineCapacity): void {
  refuse(spec.queueId ?? "the queue", describeShortages(spec, machine));
}

/**
 * The same of a queue that is resumed, for the jobs that run again.
 *
 * @throws SpawnError `no-capacity`, naming every such job.
 */
export function checkRoomAgain(
  queueId: string,
  jobs: readonly DagJob[],
  { jobs: again }: ResumePlan,
  machine: MachineCapacity,
): void {
  const ids = new Set(again.map(({ id }) => id));
  refuse(
    queueId,
    describe(
      jobs.filter(({ id }) => ids.has(id)),
      machine,
    ),
  );
}

function refuse(queueId: string, short: readonly string[]): void {
  if (short.length === 0) return;
  throw new SpawnError("no-capacity", `not enough of this machine for ${queueId}: ${short.join("; ")}`, {
    hint: "Ask for less in resources, or run the queue on a larger machine.",
  });
}

function describe(jobs: readonly DagJob[], machine: MachineCapacity): readonly string[] {
  return shortages(jobs, { ...machine, slots: machine.cpus }).map(line);
}

function line({ job, resource, asked, there }: Shortage): string {
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
