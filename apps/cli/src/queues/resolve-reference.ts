import { SpawnError } from "@spawn/foundation";
import type { Instance } from "@spawn/launcher";
import type { Context } from "../context.js";
import { didYouMean } from "../suggestions/nearest.js";
import { isStored } from "./stored-queue.js";

/** What a `<ref>` of a queue stands for. */
export type QueueReference =
  | { readonly kind: "instance"; readonly instance: Instance }
  /** No instance of it is known any more; the default result store still has it. */
  | { readonly kind: "stored"; readonly queueId: string };

/** For the help of every command that takes one. */
export const REF_DESCRIPTION = "instance id, name, queue id, or `last` for the newest instance";

/**
 * Finds the instance that a reference means: an instance id, `last`, a name (the instance that runs under it, else the newest
 * that is not terminated), or a queue id (then the newest of its instances).
 *
 * @param instances newest first
 */
export function findInstance(instances: readonly Instance[], ref: string): Instance | undefined {
  if (ref === "last") return instances[0];
  const byId = instances.find((instance) => instance.instanceId === ref);
  if (byId !== undefined) return byId;
  const named = instances.filter((instance) => instance.name === ref && instance.state !== "terminated");
  const running = named.find((instance) => instance.state === "running");
  return running ?? named[0] ?? instances.find((instance) => instance.queueId === ref);
}

/** @throws SpawnError `instance-not-found`. */
export async function resolveInstance(context: Context, ref: string): Promise<Instance> {
  const instances = await context.launcher.list();
  const instance = findInstance(instances, ref);
  if (instance !== undefined) return instance;
  throw notFound("instance", instances, ref);
}

/** @throws SpawnError `queue-not-found`, `instance-not-found` for what looks like an instance id, `bad-arguments`. */
export async function resolveQueue(context: Context, ref: string): Promise<QueueReference> {
  const instances = await context.launcher.list();
  const instance = findInstance(instances, ref);
  if (instance !== undefined) return { kind: "instance", instance };
  if (await isStored(context, ref)) return { kind: "stored", queueId: ref };
  throw notFound(/^(?:local-|i-[0-9a-f]+$)/.test(ref) ? "instance" : "queue", instances, ref);
}

function notFound(what: "instance" | "queue", instances: readonly Instance[], ref: string): SpawnError {
  const known = instances.flatMap(({ name, queueId }) => [queueId, ...(name === undefined ? [] : [name])]);
  const meant = didYouMean(ref, known);
  return new SpawnError(
    `${what}-not-found`,
    ref === "last" ? `no ${what} was launched yet` : `there is no ${what} ${ref} on this machine`,
    {
      hint: [...(meant === undefined ? [] : [meant]), "See what there is: spawn list --state all"].join("\n"),
    },
  );
}

/**
 * What later commands best call an instance's queue by: its queue id where that means this instance and no other, else
 * its instance id.
 *
 * @param instances all there are, newest first
 */
export function referenceTo(instances: readonly Instance[], instance: Instance): string {
  const { instanceId, queueId } = instance;
  const others = instances.filter((other) => other.instanceId !== instanceId);
  const ambiguous =
    queueId === "last" || others.some((other) => other.queueId === queueId || other.name === queueId);
  return ambiguous ? instanceId : queueId;
}

/** See `referenceTo`. */
export async function referenceFor(context: Context, instance: Instance): Promise<string> {
  return referenceTo(await context.launcher.list(), instance);
}

/** @throws SpawnError `queue-not-found` where only the store is left of the queue. */
export function instanceOf(reference: QueueReference): Instance {
  if (reference.kind === "instance") return reference.instance;
  throw new SpawnError(
    "queue-not-found",
    `the instance of ${reference.queueId} is gone; only its results are left`,
    {
      hint: `Get them: spawn queue results ${reference.queueId}`,
    },
  );
}
