import type { Ec2Instance } from "@spawn/aws-launcher";
import { SpawnError } from "@spawn/foundation";
import type { Instance } from "@spawn/launcher";
import type { Ec2Access } from "../aws/ec2-access.js";
import type { Context } from "../context.js";
import type { Ec2Reference, LocalReference } from "./queue-reference.js";
import { type ResolveOptions, resolveQueue } from "./resolve-reference.js";

/** An instance as it is now, wherever it is. */
export type FoundInstance =
  | { readonly kind: "local"; readonly reference: LocalReference; readonly instance: Instance }
  | {
      readonly kind: "ec2";
      readonly reference: Ec2Reference;
      readonly instance: Ec2Instance;
      readonly access: Ec2Access;
    };

/**
 * The instance that a reference means, as it is now.
 *
 * @throws SpawnError as `resolveQueue`; `instance-not-found` where only the queue's results are left.
 */
export async function resolveInstance(
  context: Context,
  ref: string,
  options: ResolveOptions = {},
): Promise<FoundInstance> {
  const reference = await resolveQueue(context, ref, options);
  switch (reference.kind) {
    case "local":
      return { kind: "local", reference, instance: reference.instance };
    case "stored":
      throw gone(ref, reference.queueId);
    case "ec2": {
      const { instanceId, region } = reference;
      const access = await context.ec2(region);
      if (reference.instance !== undefined)
        return { kind: "ec2", reference, instance: reference.instance, access };
      if (instanceId === undefined) throw gone(ref, reference.queueId);
      return { kind: "ec2", reference, instance: await findStill(access, reference, instanceId), access };
    }
  }
}

async function findStill(
  access: Ec2Access,
  { queueId }: Ec2Reference,
  instanceId: string,
): Promise<Ec2Instance> {
  try {
    return await access.find(instanceId);
  } catch (error) {
    if (error instanceof SpawnError && error.code === "instance-not-found")
      throw gone(instanceId, queueId, error);
    throw error;
  }
}

function gone(ref: string, queueId: string, cause?: unknown): SpawnError {
  return new SpawnError("instance-not-found", `the instance of ${ref} is gone; only its results are left`, {
    hint: `How its queue ended: spawn queue status ${queueId}\nIts results: spawn queue results ${queueId}`,
    cause,
  });
}
