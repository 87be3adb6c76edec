import { createHash } from "node:crypto";
import { SpawnError } from "@spawn/foundation";
import { jobKeys } from "../keys.js";
import { decodeManifest, type Manifest } from "../manifest.js";
import type { ResultStore, StoredObject } from "../result-store.js";
import type { DownloadedKind } from "./download-events.js";
import type { StoredJob } from "./stored-jobs.js";

/** Which logs a download brings; exit code, metadata and manifest come with any of them. */
export type LogChoice = "all" | "only" | "none";

export interface PlannedFile {
  readonly job: string;
  readonly key: string;
  readonly kind: DownloadedKind;
  /** As in `DownloadedFile`. */
  readonly name: string;
  /** Relative to the output folder. */
  readonly target: string;
  /** Bytes, as far as is known before. */
  readonly size: number;
  /** Absent while the job has no manifest: what still grows cannot be verified. */
  readonly expect?: StoredObject;
  readonly executable: boolean;
}

export interface JobPlan {
  readonly job: string;
  readonly files: readonly PlannedFile[];
  readonly warnings: readonly string[];
  /** Why nothing can be fetched for certain: its manifest is damaged. */
  readonly failure?: SpawnError;
}

/** Decides what to fetch of a job: by its manifest; without one its logs alone, those of the latest attempt. */
export async function planJob(
  store: ResultStore,
  queueId: string,
  stored: StoredJob,
  logs: LogChoice,
): Promise<JobPlan> {
  const keys = jobKeys(queueId, stored.job);
  const bytes = await store.readBytes(keys.manifest);
  if (bytes === undefined) {
    const warning = `${stored.job} has no manifest, as it has not ended or its runner died: only its logs are fetched`;
    return { job: stored.job, files: unfinishedFiles(keys.folder, stored, logs), warnings: [warning] };
  }
  try {
    const manifest = decodeManifest(Buffer.from(bytes).toString("utf8"), keys.folder);
    const files = manifestFiles(keys.folder, stored, logs, manifest);
    const own = { size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
    return {
      job: stored.job,
      files: [plannedObject(stored.job, keys.folder, "manifest.json", "meta", own), ...files],
      warnings: manifest.missing.map(
        ({ path, reason }) => `${stored.job}: ${path} is not in the results: ${reason}`,
      ),
    };
  } catch (error) {
    if (error instanceof SpawnError) return { job: stored.job, files: [], warnings: [], failure: error };
    throw error;
  }
}

const META = ["exit_code", "metadata.json"];
const LOGS = ["stdout.log", "stderr.log", "merged.log"];

function objectNames(logs: LogChoice): readonly { readonly name: string; readonly kind: DownloadedKind }[] {
  const names = (list: readonly string[], kind: DownloadedKind) => list.map((name) => ({ name, kind }));
  return [...names(META, "meta"), ...(logs === "none" ? [] : names(LOGS, "log"))];
}

function manifestFiles(
  folder: string,
  stored: StoredJob,
  logs: LogChoice,
  manifest: Manifest,
): PlannedFile[] {
  const described = new Map(manifest.logs.map((log) => [log.key.slice(folder.length), log]));
  const objects = objectNames(logs)
    .filter(({ name }) => described.has(name) || stored.sizes.has(name))
    .map(({ name, kind }) =>
      plannedObject(stored.job, folder, name, kind, described.get(name), stored.sizes.get(name)),
    );
  if (logs === "only") return objects;
  const results = manifest.files.map(({ key, name, size, sha256, mode }) => ({
    ...{ job: stored.job, key, kind: "result" as const, name, target: `${stored.job}/results/${name}` },
    ...{ size, expect: { size, sha256 }, executable: (Number.parseInt(mode, 8) & 0o100) !== 0 },
  }));
  return [...objects, ...results.sort((left, right) => (left.name < right.name ? -1 : 1))];
}

function unfinishedFiles(folder: string, stored: StoredJob, logs: LogChoice): PlannedFile[] {
  const attempt = latestAttempt(stored);
  return objectNames(logs).flatMap(({ name, kind }) => {
    const latest = `attempts/${attempt}/${name}`;
    const object = kind === "log" && stored.sizes.has(latest) ? latest : name;
    const size = stored.sizes.get(object);
    if (size === undefined) return [];
    return [{ ...plannedObject(stored.job, folder, name, kind, undefined, size), key: `${folder}${object}` }];
  });
}

function latestAttempt({ sizes }: StoredJob): number {
  const numbers = [...sizes.keys()].map((object) => Number(/^attempts\/(\d+)\//.exec(object)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

function plannedObject(
  job: string,
  folder: string,
  name: string,
  kind: DownloadedKind,
  described: StoredObject | undefined,
  listedSize = 0,
): PlannedFile {
  const planned = { job, key: `${folder}${name}`, kind, name, target: `${job}/${name}`, executable: false };
  if (described === undefined) return { ...planned, size: listedSize };
  const { size, sha256 } = described;
  return { ...planned, size, expect: { size, sha256 } };
}
