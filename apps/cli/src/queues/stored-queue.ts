import { type Clock, SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import {
  decodeJournal,
  type JournalRecord,
  QueueFold,
  type QueueStatus,
  queueStatus,
  type RunnerStarted,
} from "@spawn/status-model";

/** A queue as its store has it. */
export interface StoredQueue {
  readonly store: ResultStore;
  readonly queueId: string;
  /** The journal's latest segment. */
  readonly records: readonly JournalRecord[];
  readonly status: QueueStatus;
  /** The runner that had it last. */
  readonly runner: RunnerStarted | undefined;
}

/**
 * Reads a queue of which only the store is left, from its journal there.
 *
 * @throws SpawnError `queue-not-found`, `journal-damaged`.
 */
export async function openStoredQueue(
  context: { readonly clock: Pick<Clock, "wallMs"> },
  store: ResultStore,
  queueId: string,
): Promise<StoredQueue> {
  const records = await storedRecords(store, queueId);
  if (records.length === 0) {
    throw new SpawnError("queue-not-found", `the store holds no state of ${queueId}`, {
      hint: `Its runner was lost before it wrote any. Look at ${store.locationOf(queueId)}`,
    });
  }
  const fold = new QueueFold();
  for (const record of records) fold.apply(record);
  const status = queueStatus(fold, {
    wallMs: context.clock.wallMs(),
    t: fold.latest?.t ?? 0,
    runner: "gone",
  });
  return { store, queueId, records, status, runner: fold.runner };
}

/** What the store has of the journal: its latest segment, which begins with a snapshot of those before it. */
async function storedRecords(store: ResultStore, queueId: string): Promise<readonly JournalRecord[]> {
  const segments: string[] = [];
  for await (const { key } of store.list(queueKeys(queueId).journalFolder)) segments.push(key);
  for (const key of segments.sort().reverse()) {
    const { records } = decodeJournal((await store.readBytes(key)) ?? new Uint8Array(), key);
    if (records.length > 0) return records;
    // Its upload was cut short within its first record: the segment before it says all but that.
  }
  return [];
}
