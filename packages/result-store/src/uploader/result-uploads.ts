import { errnoOf, SpawnError } from "@spawn/foundation";
import PQueue from "p-queue";
import type { JobKeys } from "../keys.js";
import type { ManifestFile, MissingResult } from "../manifest.js";
import { type FileStamp, sameStamp } from "../matching/found-file.js";
import { type MatchedFile, type ResultPatterns, resultMatcher } from "../matching/match-result-files.js";
import type { ResultStore } from "../result-store.js";
import { type StoredFile, storeStillFile } from "./store-still-file.js";

export interface UploadedResults {
  readonly files: readonly ManifestFile[];
  readonly missing: readonly MissingResult[];
  readonly warnings: readonly string[];
}

interface Upload extends StoredFile {
  readonly key: string;
}

/** Brings one job's result files up. Calls must not overlap. */
export class ResultUploads {
  readonly #store: ResultStore;
  readonly #keys: JobKeys;
  readonly #match: ReturnType<typeof resultMatcher>;
  readonly #concurrency: number;
  readonly #uploads = new Map<string, Upload>();
  #lastLook: ReadonlyMap<string, FileStamp> = new Map();

  constructor(store: ResultStore, keys: JobKeys, patterns: ResultPatterns, concurrency: number) {
    this.#store = store;
    this.#keys = keys;
    this.#match = resultMatcher(patterns);
    this.#concurrency = concurrency;
  }

  /** Stores what has not changed since the last call and is not stored yet; takes away what has vanished. */
  async sync(signal: AbortSignal): Promise<void> {
    const { files } = await this.#match();
    const still = files.filter(
      (file) =>
        sameStamp(this.#lastLook.get(file.path), file.stamp) &&
        !sameStamp(this.#uploads.get(file.path)?.file.stamp, file.stamp),
    );
    this.#lastLook = new Map(files.map((file) => [file.path, file.stamp]));
    await this.#removeVanished(files);
    throwRefused(await this.#uploadAll(still, signal));
  }

  /** Stores what there is now, the job's processes being gone, and takes nothing away. */
  async keep(signal: AbortSignal | undefined): Promise<void> {
    const { files } = await this.#match();
    const changed = files.filter((file) => !this.#isStored(file));
    throwRefused(await this.#uploadAll(changed, signal));
  }

  /**
   * Stores the results as they are now, the job's processes being gone. A file that cannot be read is missing; a store
   * that cannot take one rejects, once the others have been tried, unless the deadline has passed.
   */
  async finish(signal: AbortSignal | undefined): Promise<UploadedResults> {
    const { files, unmatched, warnings } = await this.#match();
    if (signal?.aborted !== true) await this.#removeUnknown(files);
    const changed = files.filter((file) => !this.#isStored(file));
    const failures = await this.#uploadAll(changed, signal);
    if (signal?.aborted !== true) throwRefused(failures);
    const stored = files.filter((file) => !failures.some((failure) => failure.path === file.path));
    const uploads = stored.map((file) => ({ name: file.name, ...this.#uploadOf(file) }));
    return {
      files: uploads.map(manifestFile),
      missing: failures.map(({ path, reason }) => ({ path, reason })),
      warnings: [
        ...unmatched.map((pattern) => `result_files: ${JSON.stringify(pattern)} matches no file`),
        ...warnings,
        ...uploads.filter((upload) => upload.torn).map((upload) => tornWarning(upload.file.path)),
        ...failures.map(({ path, reason }) => `${path} is not in the results: ${reason}`),
      ],
    };
  }

  #isStored(file: MatchedFile): boolean {
    const upload = this.#uploads.get(file.path);
    return (
      upload?.key === this.#keys.result(file.name) && !upload.torn && sameStamp(upload.file.stamp, file.stamp)
    );
  }

  #uploadOf(file: MatchedFile): Upload {
    const upload = this.#uploads.get(file.path);
    if (upload === undefined) throw new Error(`not uploaded: ${file.path}`);
    return upload;
  }

  async #uploadAll(
    files: readonly MatchedFile[],
    signal: AbortSignal | undefined,
  ): Promise<readonly Failure[]> {
    if (files.length === 0) return [];
    const transfers = new PQueue({ concurrency: this.#concurrency });
    const outcomes = await Promise.all(files.map((file) => transfers.add(() => this.#upload(file, signal))));
    return outcomes.filter((outcome) => outcome !== undefined);
  }

  async #upload(file: MatchedFile, signal: AbortSignal | undefined): Promise<Failure | undefined> {
    const { path } = file;
    const key = this.#keys.result(file.name);
    try {
      signal?.throwIfAborted();
      this.#uploads.set(path, { key, ...(await storeStillFile(this.#store, key, path, signal)) });
      return undefined;
    } catch (cause) {
      this.#uploads.delete(path);
      return { path, cause, reason: reasonOf(cause, signal) };
    }
  }

  async #removeVanished(files: readonly MatchedFile[]): Promise<void> {
    const keys = new Map(files.map((file) => [file.path, this.#keys.result(file.name)]));
    for (const [path, upload] of this.#uploads) {
      if (keys.get(path) === upload.key) continue;
      this.#uploads.delete(path);
      await this.#store.remove(upload.key);
    }
  }

  /** Also what an earlier run, or a runner that died, left under `results/`. */
  async #removeUnknown(files: readonly MatchedFile[]): Promise<void> {
    const wanted = new Set(files.map((file) => this.#keys.result(file.name)));
    const unknown: string[] = [];
    for await (const { key } of this.#store.list(this.#keys.resultsFolder))
      if (!wanted.has(key)) unknown.push(key);
    for (const key of unknown) await this.#store.remove(key);
    await this.#removeVanished(files);
  }
}

interface Failure extends MissingResult {
  readonly cause: unknown;
}

/** @throws what the store refused a file with; a file that cannot be read throws nothing. */
function throwRefused(failures: readonly Failure[]): void {
  const refused = failures.find(({ cause }) => cause instanceof SpawnError);
  if (refused !== undefined) throw refused.cause;
}

/** Why a file is not stored, in words; what is neither the user's nor the system's doing is thrown on. */
function reasonOf(cause: unknown, signal: AbortSignal | undefined): string {
  if (signal?.aborted === true) return "the deadline passed";
  if (cause instanceof SpawnError) return cause.message;
  if (errnoOf(cause) === "ENOENT") return "it vanished while it was stored";
  if (errnoOf(cause) !== undefined && cause instanceof Error) return cause.message;
  throw cause;
}

function tornWarning(path: string): string {
  return `${path} was changing while it was stored: what is stored may be half old, half new`;
}

function manifestFile({ name, key, size, sha256, file }: Upload & { readonly name: string }): ManifestFile {
  return {
    path: file.path,
    key,
    name,
    size,
    sha256,
    mode: (file.mode & 0o777).toString(8).padStart(4, "0"),
    modified: new Date(file.stamp.modifiedMs).toISOString(),
  };
}
