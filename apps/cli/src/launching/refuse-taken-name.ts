import { SpawnError } from "@spawn/foundation";
import type { InstanceFacts } from "@spawn/launcher";

const HOLDING: readonly InstanceFacts["state"][] = ["pending", "running"];

/**
 * Of what runs, a name is to mean one instance: it is free again once the queue of the instance that has it is over.
 *
 * @param instances all there are
 * @throws SpawnError `bad-arguments`.
 */
export function refuseTakenName(instances: readonly InstanceFacts[], name: string): void {
  const holder = instances.find((instance) => instance.name === name && HOLDING.includes(instance.state));
  if (holder === undefined) return;
  throw new SpawnError(
    "bad-arguments",
    `--name ${name}: ${holder.instanceId} runs under that name (queue ${holder.queueId})`,
    { hint: `Choose another name, or wait for it: spawn queue status ${holder.instanceId} --watch` },
  );
}
