import { SpawnError } from "@spawn/foundation";
import type { Instance } from "@spawn/launcher";
import type { ResultStore } from "@spawn/result-store";

const LONGEST_ID = 128;
const MOST_TRIES = 1000;

/**
 * Claims a queue id in the store; a taken one gets `-2`, `-3`, … at its end.
 *
 * @returns the id that was claimed.
 * @throws SpawnError `queue-id-taken`.
 */
export async function claimFreeId(store: ResultStore, wanted: string): Promise<string> {
  for (let number = 1; number <= MOST_TRIES; number += 1) {
    const suffix = number === 1 ? "" : `-${number}`;
    const id = `${wanted.slice(0, LONGEST_ID - suffix.length)}${suffix}`;
    if (await store.claimQueue(id, { overwrite: false })) return id;
  }
  throw new SpawnError("queue-id-taken", `${wanted} and ${MOST_TRIES - 1} numbered ids after it are taken`, {
    hint: "Choose another one: --queue-id ID",
  });
}

/**
 * Claims a queue id, replacing what the store has of it.
 *
 * @param instances all there are
 * @throws SpawnError `already-running` while a runner works on a queue of this id.
 */
export async function claimByReplacing(
  store: ResultStore,
  id: string,
  instances: readonly Instance[],
): Promise<string> {
  const busy = instances.find((instance) => instance.queueId === id && instance.state === "running");
  if (busy !== undefined) {
    throw new SpawnError("already-running", `${id} is running on ${busy.instanceId}: it cannot be replaced`, {
      hint: `End it first: spawn queue cancel ${busy.instanceId} --wait`,
    });
  }
  if (await store.claimQueue(id, { overwrite: true })) return id;
  throw new SpawnError("queue-id-taken", `${id} was claimed by somebody else just now`, {
    hint: "Run the same command again, or choose another id: --queue-id ID",
  });
}
