import { isValidId } from "@spawn/config-schema";
import { SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import {
  decodeJournal,
  type JournalRecord,
  QueueFold,
  type QueueStatus,
  queueStatus,
} from "@spawn/status-model";
import type { Context } from "../context.js";

/** Whether the default result store has a queue of this id. */
export async function isStored(context: Context, queueId: string): Promise<boolean> {
  if (!isValidId(queueId)) return false;
  const store = context.storeAt(context.paths.results);
  return (await store.readBytes(`${queueId}/queue.json`, { from: 0, to: 1 })) !== undefined;
}

/**
 * The status of a queue of which only the store is left, from its journal there.
 *
 * @throws SpawnError `queue-not-found`, `journal-damaged`.
 */
export async function storedStatus(
  context: Context,
  store: ResultStore,
  queueId: string,
): Promise<QueueStatus> {
  const records = await storedRecords(store, queueId);
  if (records.length === 0) {
    throw new SpawnError("queue-not-found", `the store holds no state of ${queueId}`, {
      hint: `Its runner was lost before it wrote any. Look at ${store.locationOf(queueId)}`,
    });
  }
  const fold = new QueueFold();
  for (const record of records) fold.apply(record);
  return queueStatus(fold, {
    wallMs: context.clock.wallMs(),
    t: fold.latest?.t ?? 0,
    runner: "gone",
  });
}

/** What the store has of the journal: its latest segment, which begins with a snapshot of those before it. */
async function storedRecords(store: ResultStore, queueId: string): Promise<readonly JournalRecord[]> {
  const segments: string[] = [];
  for await (const { key } of store.list(queueKeys(queueId).journalFolder)) segments.push(key);
  for (const key of segments.sort().reverse()) {
    const { records } = decodeJournal((await store.readBytes(key)) ?? new Uint8Array());
    if (records.length > 0) return records;
    // Its upload was cut short within its first record: the segment before it says all but that.
  }
  return [];
}
