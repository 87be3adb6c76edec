import { queueKeys, type ResultStore } from "@spawn/result-store";
import type { QueueStatus } from "@spawn/status-model";
import type { Context } from "../../context.js";
import { openStoredQueue } from "../stored-queue.js";
import { afterItsHost } from "./after-its-host.js";
import { isSettled } from "./remote-queue.js";
import { StoredStatus } from "./stored-status.js";

export interface Settled {
  readonly status: QueueStatus;
  readonly isCutShort: boolean;
}

/**
 * The status of a queue whose instance was ended just now. An agent that was cut short could not leave it in the store: then it is
 * put there, by the journal, so that nobody is told that the queue runs.
 *
 * @returns with whether the agent was cut short; `undefined` where the instance never told anything.
 * @throws SpawnError `permission-denied`, `store-failed`, `journal-damaged`.
 */
export async function settleTerminated(
  context: Pick<Context, "clock">,
  store: ResultStore,
  { queueId, instanceId }: { readonly queueId: string; readonly instanceId: string },
): Promise<Settled | undefined> {
  const key = queueKeys(queueId).status;
  for (;;) {
    const known = await store.versionOf(key);
    const heard = (await new StoredStatus(store, queueId).read())?.status;
    if (heard === undefined) return undefined;
    if (heard.instance_id !== instanceId || isSettled(heard)) return { status: heard, isCutShort: false };
    const stored = await openStoredQueue(context, store, queueId);
    const status = afterItsHost(stored, Date.parse(heard.updated_at));
    const bytes = Buffer.from(`${JSON.stringify(status, undefined, 2)}\n`);
    // Where its agent, or another instance, has had a word meanwhile, that word counts.
    const version = await store.putIfUnchanged(key, bytes, known, { durable: true });
    if (version !== undefined) return { status, isCutShort: true };
  }
}
