import type { InstanceTypeFacts } from "@spawn/aws-launcher";
import type { QueueSpec } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import { describeShortages } from "../machine-room.js";

/**
 * Refuses jobs that could only wait for ever on one of the instance types.
 *
 * @throws SpawnError `no-capacity`, naming every such job and type.
 */
export function checkInstanceRoom(spec: QueueSpec, types: readonly InstanceTypeFacts[]): void {
  const short = types.flatMap(({ instanceType, cpus, memoryBytes, gpus }) =>
    describeShortages(spec, {
      cpus,
      memoryBytes,
      gpus: Array.from({ length: gpus }, (_, at) => `${at}`),
    }).map((line) => `${line} (${instanceType})`),
  );
  if (short.length === 0) return;
  throw new SpawnError("no-capacity", `not enough of the instance for the queue: ${short.join("; ")}`, {
    hint: "Ask for less in resources, or take a larger --instance-type.",
  });
}
