import { SpawnError } from "@spawn/foundation";
import { queueKeys, type ResultStore } from "@spawn/result-store";
import { decodeJournal, QueueFold } from "@spawn/status-model";

/** A queue's journal as its store has it. */
export interface StoredJournal {
  /** Number of the segment in force, from 1. */
  readonly segment: number;
  readonly key: string;
  /** Of the segment's object, as the store has it. */
  readonly version: string;
  /** The whole records of that segment, with its header. */
  readonly bytes: Uint8Array;
  /** Keys of the segments before it, by number. */
  readonly past: ReadonlyMap<number, string>;
  readonly fold: QueueFold;
}

/**
 * Reads the latest segment that says anything: it begins with a snapshot of those before it.
 *
 * @throws SpawnError `queue-not-found` where the store has no journal, `journal-damaged`.
 */
export async function readStoredJournal(store: ResultStore, queueId: string): Promise<StoredJournal> {
  const keys = await segmentKeys(store, queueId);
  for (const [segment, key] of [...keys].sort(([a], [b]) => b - a)) {
    const look = await store.readIfChanged(key);
    if (look.kind !== "changed") continue;
    const { bytes, version } = look;
    // An upload that was cut short, or the place that who took the queue keeps for itself.
    const { records, validBytes } = decodeJournal(bytes, key);
    if (records.length === 0) continue;
    const fold = new QueueFold();
    for (const record of records) fold.apply(record);
    const past = new Map([...keys].filter(([number]) => number < segment));
    return { segment, key, version, bytes: bytes.subarray(0, validBytes), past, fold };
  }
  throw new SpawnError("queue-not-found", `the store holds no journal of ${queueId}`, {
    hint: `Its runner was lost before it wrote any. Look at ${store.locationOf(queueId)}, or launch the queue again.`,
  });
}

/** @param segment from 1 */
export function segmentKey(queueId: string, segment: number): string {
  return queueKeys(queueId).journal(`${String(segment).padStart(6, "0")}.jsonl`);
}

async function segmentKeys(store: ResultStore, queueId: string): Promise<ReadonlyMap<number, string>> {
  const keys = new Map<number, string>();
  for await (const { key } of store.list(queueKeys(queueId).journalFolder)) {
    const number = /\/(\d+)\.jsonl$/.exec(key)?.[1];
    if (number !== undefined) keys.set(Number(number), key);
  }
  return keys;
}
