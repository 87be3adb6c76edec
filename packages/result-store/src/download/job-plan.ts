import { createHash } from "node:crypto";
import { SpawnError } from "@spawn/foundation";
import { type JobKeys, jobKeys } from "../keys.js";
import { decodeManifest, type Manifest } from "../manifest.js";
import { decodeProvisional } from "../provisional.js";
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
  /** Nothing vouches for what is fetched: the job is not over, or its runner died. */
  readonly provisional: boolean;
  /** Why nothing can be fetched for certain: its manifest is damaged. */
  readonly failure?: SpawnError;
}

/** Decides what to fetch of a job: by its manifest; without one what there is, the logs being those of the latest attempt. */
export async function planJob(
  store: ResultStore,
  queueId: string,
  stored: StoredJob,
  logs: LogChoice,
): Promise<JobPlan> {
  const keys = jobKeys(queueId, stored.job);
  const bytes = await store.readBytes(keys.manifest);
  if (bytes === undefined) return await planUnfinished(store, keys, stored, logs);
  try {
    const manifest = decodeManifest(Buffer.from(bytes).toString("utf8"), keys.folder);
    const files = manifestFiles(keys.folder, stored, logs, manifest);
    const own = { size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
    return {
      job: stored.job,
      provisional: false,
      files: [plannedObject(stored.job, keys.folder, "manifest.json", "meta", own), ...files],
      warnings: manifest.missing.map(
        ({ path, reason }) => `${stored.job}: ${path} is not in the results: ${reason}`,
      ),
    };
  } catch (error) {
    if (error instanceof SpawnError) {
      return { job: stored.job, provisional: false, files: [], warnings: [], failure: error };
    }
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

async function planUnfinished(
  store: ResultStore,
  keys: JobKeys,
  stored: StoredJob,
  logs: LogChoice,
): Promise<JobPlan> {
  const results = logs === "only" ? [] : await provisionalFiles(store, keys, stored);
  const what =
    results.length === 0
      ? "only its logs are fetched"
      : `its results are provisional, as they were stored by ${new Date(stored.resultsMs).toISOString()}`;
  const warning = `${stored.job} has no manifest, as it has not ended or its runner died: ${what}`;
  const files = [...unfinishedLogs(keys.folder, stored, logs), ...results];
  return { job: stored.job, provisional: true, files, warnings: [warning] };
}

/** Whole files each, which may be of different moments. */
async function provisionalFiles(
  store: ResultStore,
  keys: JobKeys,
  { job, sizes }: StoredJob,
): Promise<PlannedFile[]> {
  const bytes = await store.readBytes(keys.provisional);
  const described = bytes && decodeProvisional(Buffer.from(bytes).toString("utf8"), keys.folder);
  const known = new Map(described?.files.map((file) => [file.key, file]));
  const files = [...sizes].flatMap(([object, size]) => {
    if (!object.startsWith("results/")) return [];
    const key = `${keys.folder}${object}`;
    const name = known.get(key)?.name ?? object.slice("results/".length);
    const executable = (Number.parseInt(known.get(key)?.mode ?? "0", 8) & 0o100) !== 0;
    const target = `${job}/results/${name}`;
    return [{ job, key, kind: "result" as const, name, target, size, executable }];
  });
  return files.sort((left, right) => (left.name < right.name ? -1 : 1));
}

function unfinishedLogs(folder: string, stored: StoredJob, logs: LogChoice): PlannedFile[] {
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
