import { isStoreId, queueKeys } from "@spawn/result-store";
import type { Context } from "../context.js";

/** Whether the default result store has a queue of this id. */
export async function isStored(context: Context, queueId: string): Promise<boolean> {
  if (!isStoreId(queueId)) return false;
  const store = await context.storeAt(context.paths.results);
  return (await store.readBytes(queueKeys(queueId).queueFile, { from: 0, to: 1 })) !== undefined;
}
