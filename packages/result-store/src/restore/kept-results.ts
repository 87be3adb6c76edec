import { jobKeys } from "../keys.js";
import { decodeManifest, type Manifest } from "../manifest.js";
import type { ResultStore } from "../result-store.js";

/** A job that completed. */
export interface CompletedJob {
  readonly job: string;
  /** The attempt that it completed with. */
  readonly attempt: number;
  /** Whether it says which files are its results. */
  readonly declaresResults: boolean;
}

/** What another instance can go on with. */
export interface KeptResults {
  /** Of the jobs whose results are all in the store. */
  readonly manifests: readonly Manifest[];
  /** They declare results, and the store has not all of them. */
  readonly lost: readonly string[];
  /** They declare none, and have stored none. */
  readonly undeclared: readonly string[];
}

/**
 * Tells what the store holds of completed jobs, by their manifests alone.
 *
 * @throws SpawnError `verification-failed` for a manifest that is damaged, `store-failed`.
 */
export async function keptResults(
  store: ResultStore,
  queueId: string,
  jobs: readonly CompletedJob[],
): Promise<KeptResults> {
  const manifests: Manifest[] = [];
  const lost: string[] = [];
  const undeclared: string[] = [];
  for (const { job, attempt, declaresResults } of jobs) {
    const manifest = await readManifest(store, queueId, job);
    const isWhole = manifest?.attempt === attempt && manifest.missing.length === 0;
    if (isWhole && manifest.files.length > 0) manifests.push(manifest);
    else if (!declaresResults) undeclared.push(job);
    else if (!isWhole) lost.push(job);
  }
  return { manifests, lost, undeclared };
}

async function readManifest(store: ResultStore, queueId: string, job: string): Promise<Manifest | undefined> {
  const { manifest, folder } = jobKeys(queueId, job);
  const bytes = await store.readBytes(manifest);
  return bytes === undefined ? undefined : decodeManifest(Buffer.from(bytes).toString("utf8"), folder);
}
