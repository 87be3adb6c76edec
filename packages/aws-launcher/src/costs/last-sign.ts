import { queueKeys, type ResultStore } from "@spawn/result-store";

/** The last that a queue's result store has of an instance. */
export interface LastSign {
  readonly instanceId: string;
  /** RFC 3339, by the store's clock. */
  readonly at: string;
}

/**
 * When the queue's status was last stored, and by which instance; a running one does so every ten seconds.
 *
 * @throws SpawnError `permission-denied`, `store-failed`.
 */
export async function lastSign(store: ResultStore, queueId: string): Promise<LastSign | undefined> {
  const look = await store.readIfChanged(queueKeys(queueId).status, undefined);
  if (look.kind !== "changed") return undefined;
  const instanceId = instanceIn(look.bytes);
  return instanceId === undefined ? undefined : { instanceId, at: new Date(look.modifiedMs).toISOString() };
}

function instanceIn(bytes: Uint8Array): string | undefined {
  try {
    const id: unknown = Reflect.get(JSON.parse(Buffer.from(bytes).toString("utf8")), "instance_id");
    return typeof id === "string" ? id : undefined;
  } catch {
    return undefined;
  }
}
