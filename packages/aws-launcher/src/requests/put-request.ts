import type { Clock, Random } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";

/** What the agent of a queue can be asked through its store. */
export type QueueRequest =
  | { readonly kind: "cancel"; readonly force: boolean }
  | { readonly kind: "interrupt"; readonly cause: "shutdown" }
  /** `deadline`: RFC 3339. */
  | { readonly kind: "extend"; readonly deadline: string }
  /** Of a queue that is over, on an instance that was kept. */
  | {
      readonly kind: "resume";
      readonly rerun: readonly string[];
      readonly workdir?: { readonly sha256: string };
    };

export interface RequestParts {
  readonly store: ResultStore;
  readonly clock: Pick<Clock, "wallMs">;
  readonly random: Random;
}

/**
 * Leaves a request for the agent, which looks every ten seconds. Returns its key: the agent removes it when it has seen to it.
 *
 * @throws SpawnError `permission-denied`, `store-failed`.
 */
export async function putRequest(
  { store, clock, random }: RequestParts,
  queueId: string,
  request: QueueRequest,
): Promise<string> {
  // Ids sort by the time at which they were made.
  const id = `${String(clock.wallMs()).padStart(15, "0")}-${random.hex(6)}`;
  const key = `${queueKeys(queueId).requestsFolder}${id}.json`;
  await store.putBytes(key, Buffer.from(JSON.stringify(request)), { durable: true });
  return key;
}
