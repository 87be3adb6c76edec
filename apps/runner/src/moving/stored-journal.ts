import { SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import { decodeJournal, QueueFold } from "@spawn/status-model";

/** A queue's journal as its store has it. */
export interface StoredJournal {
  /** Number of the segment in force, from 1. */
  readonly segment: number;
  /** The whole records of that segment, with its header. */
  readonly bytes: Uint8Array;
  /** Keys of the segments before it, by number. */
  readonly past: ReadonlyMap<number, string>;
  /** What the store has beyond that: the end of a record, or of a segment, whose upload was cut short. */
  readonly torn: readonly { readonly key: string; readonly keep: number }[];
  readonly fold: QueueFold;
}

/**
 * Reads the latest segment that says anything: it begins with a snapshot of those before it.
 *
 * @throws SpawnError `queue-not-found` where the store has no journal, `journal-damaged`.
 */
export async function readStoredJournal(store: ResultStore, queueId: string): Promise<StoredJournal> {
  const keys = await segmentKeys(store, queueId);
  const torn: { key: string; keep: number }[] = [];
  for (const [segment, key] of [...keys].sort(([a], [b]) => b - a)) {
    const bytes = (await store.readBytes(key)) ?? new Uint8Array();
    const { records, validBytes, tornBytes } = decodeJournal(bytes, key);
    if (tornBytes > 0 || records.length === 0) {
      torn.push({ key, keep: records.length === 0 ? 0 : validBytes });
    }
    if (records.length === 0) continue;
    const fold = new QueueFold();
    for (const record of records) fold.apply(record);
    const past = new Map([...keys].filter(([number]) => number < segment));
    return { segment, bytes: bytes.subarray(0, validBytes), past, torn, fold };
  }
  throw new SpawnError("queue-not-found", `the store holds no journal of ${queueId}`, {
    hint: `Its runner was lost before it wrote any. Look at ${store.locationOf(queueId)}, or launch the queue again.`,
  });
}

async function segmentKeys(store: ResultStore, queueId: string): Promise<ReadonlyMap<number, string>> {
  const keys = new Map<number, string>();
  for await (const { key } of store.list(queueKeys(queueId).journalFolder)) {
    const number = /\/(\d+)\.jsonl$/.exec(key)?.[1];
    if (number !== undefined) keys.set(Number(number), key);
  }
  return keys;
}
