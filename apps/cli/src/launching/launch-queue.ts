import { serializeQueueSpec } from "@spawn/config-schema";
import type { Instance } from "@spawn/launcher";
import type { Context } from "../context.js";
import { claimByReplacing, claimFreeId } from "./claim-queue-id.js";
import type { PreparedLaunch } from "./prepare-launch.js";

/** The steps of a launch, told as each is done. */
export type LaunchStep =
  | { readonly type: "validated" }
  | { readonly type: "claimed"; readonly queueId: string; readonly wanted: string }
  | { readonly type: "launched"; readonly instance: Instance };

/**
 * Claims the queue's id and starts its runner on a new local instance. When this throws, nothing is left of it.
 *
 * @throws SpawnError `queue-id-taken`, `already-running`, and those of `Launcher.launch`.
 */
export async function launchQueue(
  context: Context,
  prepared: PreparedLaunch,
  onStep: (step: LaunchStep) => void,
): Promise<Instance> {
  const { options, spec, environment, workingDirectory } = prepared;
  const wanted = prepared.queueId;
  const store = await context.storeAt(prepared.storeRoot);
  onStep({ type: "validated" });
  const queueId = options.overwrite
    ? await claimByReplacing(store, wanted, await context.launcher.list())
    : await claimFreeId(store, wanted);
  onStep({ type: "claimed", queueId, wanted });
  try {
    const instance = await context.launcher.launch({
      queueId,
      queueFile: serializeQueueSpec({ ...spec, queueId }),
      ...(options.name === undefined ? {} : { name: options.name }),
      tags: options.tags,
      workingDirectory,
      storeRoot: prepared.storeRoot,
      environment: environment.variables,
      carried: environment.carried,
    });
    onStep({ type: "launched", instance });
    return instance;
  } catch (error) {
    await store.remove(`${queueId}/`);
    throw error;
  }
}
