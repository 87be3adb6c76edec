import { jobKeys } from "../keys.js";
import { decodeManifest } from "../manifest.js";
import { decodeProvisional } from "../provisional.js";
import type { ResultStore } from "../result-store.js";
import type { RestorableFile } from "./restore-results.js";

/** What the store holds of a job that did not complete. */
export interface ResultsSoFar {
  /** That left them. */
  readonly attempt: number;
  readonly files: readonly RestorableFile[];
  /** When the last of them was stored, in ms since the Unix epoch; absent where there are none. */
  readonly storedMs?: number;
  /** Names of those that the job had, and that are not in the store. */
  readonly absent: readonly string[];
  /** Whether a manifest vouches for them: the job had ended. */
  readonly vouched: boolean;
}

/**
 * By the manifest, where the job had ended; else what is there of it, whole files each, which may be of different moments.
 *
 * @returns `undefined` where it has left nothing.
 * @throws SpawnError `verification-failed` for a manifest that is damaged, `store-failed`.
 */
export async function resultsSoFar(
  store: ResultStore,
  queueId: string,
  job: string,
): Promise<ResultsSoFar | undefined> {
  const keys = jobKeys(queueId, job);
  const manifest = await store.readBytes(keys.manifest);
  if (manifest !== undefined) {
    const { attempt, files } = decodeManifest(textOf(manifest), keys.folder);
    return files.length === 0 ? undefined : { attempt, files, absent: [], vouched: true };
  }
  const bytes = await store.readBytes(keys.provisional);
  const provisional = bytes === undefined ? undefined : decodeProvisional(textOf(bytes), keys.folder);
  if (provisional === undefined) return undefined;
  const stored = new Map<string, number>();
  for await (const { key, modifiedMs } of store.list(keys.resultsFolder)) stored.set(key, modifiedMs);
  const files = provisional.files.filter(({ key }) => stored.has(key));
  const absent = provisional.files.filter(({ key }) => !stored.has(key)).map(({ name }) => name);
  const { attempt } = provisional;
  if (files.length === 0) return { attempt, files, absent, vouched: false };
  const storedMs = Math.max(...files.map(({ key }) => stored.get(key) ?? 0));
  return { attempt, files, absent, vouched: false, storedMs };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
