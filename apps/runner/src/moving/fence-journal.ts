import { SpawnError } from "@spawn/foundation";
import type { ResultStore } from "@spawn/result-store";
import { decodeJournal } from "@spawn/status-model";
import { readStoredJournal, type StoredJournal, segmentKey } from "./stored-journal.js";

/** An old runner that still lives writes every ten seconds at the most. */
const TRIES = 5;

export interface Fence {
  readonly queueId: string;
  readonly instanceId: string;
  readonly wallMs: number;
}

/**
 * Shuts the journal in the store to whoever wrote it until now, and returns all that it will ever have said: a write is
 * refused where the object is not what its writer knows, and neither the segment in force nor the one after it is that any more.
 * The mark that does it is a line without an end, which every reader takes for torn; the next runner's records take its place.
 *
 * @param check sees the journal before it is shut; throws where it must not be
 * @throws SpawnError `queue-not-found`, `journal-damaged`, `already-running`, `store-failed`
 */
export async function fenceJournal(
  store: ResultStore,
  fence: Fence,
  check: (journal: StoredJournal) => void,
): Promise<StoredJournal> {
  const { queueId, instanceId, wallMs } = fence;
  const mark = Buffer.from(`taken over by ${instanceId} at ${new Date(wallMs).toISOString()}`);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const journal = await readStoredJournal(store, queueId);
    check(journal);
    const shut = Buffer.concat([journal.bytes, mark]);
    const durable = { durable: true };
    if ((await store.putIfUnchanged(journal.key, shut, journal.version, durable)) === undefined) continue;
    if (await keepPlace(store, segmentKey(queueId, journal.segment + 1), mark)) return journal;
  }
  throw new SpawnError("already-running", `the runner of ${queueId} goes on with it`, {
    hint: "Watch it with `spawn queue status`.",
  });
}

/** @returns whether the place is taken: not where the old runner has begun that segment meanwhile. */
async function keepPlace(store: ResultStore, key: string, mark: Uint8Array): Promise<boolean> {
  const look = await store.readIfChanged(key);
  if (look.kind === "changed" && decodeJournal(look.bytes, key).records.length > 0) return false;
  const known = look.kind === "changed" ? look.version : undefined;
  return (await store.putIfUnchanged(key, mark, known, { durable: true })) !== undefined;
}
