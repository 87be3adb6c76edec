import { SpawnError } from "@spawn/foundation";
import type { Instance } from "@spawn/launcher";

/**
 * A name is to mean one instance: it is free again once the instance that has it is terminated.
 *
 * @param instances all there are
 * @throws SpawnError `bad-arguments`.
 */
export function refuseTakenName(instances: readonly Instance[], name: string): void {
  const holder = instances.find((instance) => instance.name === name && instance.state !== "terminated");
  if (holder === undefined) return;
  throw new SpawnError(
    "bad-arguments",
    `--name ${name}: ${holder.instanceId} (queue ${holder.queueId}, ${holder.state}) has that name`,
    { hint: `Choose another name, or terminate it first: spawn terminate ${holder.instanceId} -y` },
  );
}
