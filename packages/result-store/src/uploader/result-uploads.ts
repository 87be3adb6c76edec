import { errnoOf, SpawnError } from "@spawn/foundation";
import PQueue from "p-queue";
import type { JobKeys } from "../keys.js";
import type { ManifestFile, MissingResult } from "../manifest.js";
import { type FileStamp, sameStamp } from "../matching/found-file.js";
import { type MatchedFile, type ResultPatterns, resultMatcher } from "../matching/match-result-files.js";
import type { ResultStore } from "../result-store.js";
import { Description, shownMode } from "./description.js";
import { type StoredFile, storeStillFile } from "./store-still-file.js";
import { Turns } from "./turns.js";

export interface UploadedResults {
  readonly files: readonly ManifestFile[];
  readonly missing: readonly MissingResult[];
  readonly warnings: readonly string[];
}

interface Upload extends StoredFile {
  readonly key: string;
}

interface Transfer {
  readonly stamp: FileStamp;
  readonly superseded: AbortController;
  readonly done: Promise<unknown>;
}

/** Brings one job's result files up. Calls may overlap: they look one after another, and share what is on its way. */
export class ResultUploads {
  readonly #store: ResultStore;
  readonly #keys: JobKeys;
  readonly #match: ReturnType<typeof resultMatcher>;
  readonly #transfers: PQueue;
  readonly #looks = new Turns();
  readonly #uploads = new Map<string, Upload>();
  readonly #underWay = new Map<string, Transfer>();
  readonly #described: Description;
  #lastLook: ReadonlyMap<string, FileStamp> = new Map();

  constructor(store: ResultStore, keys: JobKeys, patterns: ResultPatterns, concurrency: number) {
    this.#store = store;
    this.#keys = keys;
    this.#match = resultMatcher(patterns);
    this.#transfers = new PQueue({ concurrency });
    this.#described = new Description(store, keys);
  }

  /** Stores what has not changed since the last call and is not stored yet; takes away what stays vanished. */
  async sync(attempt: number, signal: AbortSignal): Promise<void> {
    const { uploading } = await this.#looks.take(async () => {
      const { files } = await this.#match();
      const still = files.filter(
        (file) =>
          sameStamp(this.#lastLook.get(file.path), file.stamp) &&
          !sameStamp(this.#uploads.get(file.path)?.file.stamp, file.stamp),
      );
      // Who writes a file anew may have removed the old one just now.
      await this.#removeVanished(files, (path) => !this.#lastLook.has(path));
      this.#lastLook = new Map(files.map((file) => [file.path, file.stamp]));
      if (still.length > 0) await this.#describe(attempt, files);
      return { uploading: this.#uploadAll(still, signal) };
    });
    const refused = (await uploading).find(({ cause }) => cause instanceof SpawnError);
    if (refused !== undefined) throw refused.cause;
  }

  /**
   * Stores the results as they are now, of a job that ran and is not over, beside what is on its way: the smallest first, so
   * that one large file keeps no other from being stored. What is in the store and vanished stays there. Fails as `finish`.
   */
  async storeSoFar(attempt: number, signal: AbortSignal | undefined): Promise<UploadedResults> {
    const { files, uploading } = await this.#looks.take(async () => {
      const { files } = await this.#match();
      const changed = files.filter((file) => !this.#isStored(file));
      changed.sort((left, right) => left.stamp.size - right.stamp.size);
      await this.#describe(attempt, files);
      this.#supersede(changed);
      return { files, uploading: this.#uploadAll(changed, signal) };
    });
    return this.#outcome(files, await uploading, signal);
  }

  /**
   * Stores the results as they are now, the job's processes being gone. A file that cannot be read is missing; a store
   * that cannot take one rejects, once the others have been tried, unless the deadline has passed.
   */
  finish(signal: AbortSignal | undefined): Promise<UploadedResults> {
    return this.#looks.take(() => this.#finish(signal));
  }

  async #finish(signal: AbortSignal | undefined): Promise<UploadedResults> {
    await this.#transfers.onIdle();
    const { files, unmatched, warnings } = await this.#match();
    if (signal?.aborted !== true) await this.#removeUnknown(files);
    const changed = files.filter((file) => !this.#isStored(file));
    const stored = this.#outcome(files, await this.#uploadAll(changed, signal), signal);
    const nothing = unmatched.map((pattern) => `result_files: ${JSON.stringify(pattern)} matches no file`);
    return { ...stored, warnings: [...nothing, ...warnings, ...stored.warnings] };
  }

  /** A manifest vouches for them now. */
  async noLongerProvisional(attempt: number): Promise<void> {
    await this.#described.remove(attempt > 1);
  }

  /** What vanished and is in the store belongs where it was. */
  async #describe(attempt: number, files: readonly MatchedFile[]): Promise<void> {
    const named = new Set(files.map(({ path }) => path));
    await this.#described.say(attempt, files, (path) => !named.has(path) && this.#uploads.has(path));
  }

  #outcome(
    files: readonly MatchedFile[],
    failures: readonly Failure[],
    signal: AbortSignal | undefined,
  ): UploadedResults {
    const refused = failures.find(({ cause }) => cause instanceof SpawnError);
    if (refused !== undefined && signal?.aborted !== true) throw refused.cause;
    const stored = files.filter((file) => !failures.some((failure) => failure.path === file.path));
    const uploads = stored.map((file) => ({ name: file.name, ...this.#uploadOf(file) }));
    return {
      files: uploads.map(manifestFile),
      missing: failures.map(({ path, reason }) => ({ path, reason })),
      warnings: [
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
    const outcomes = await Promise.all(
      files.map((file) => this.#transfers.add(() => this.#upload(file, signal))),
    );
    return outcomes.filter((outcome) => outcome !== undefined);
  }

  /** Calls off what is on its way and was changed since. */
  #supersede(files: readonly MatchedFile[]): void {
    for (const { path, stamp } of files) {
      const transfer = this.#underWay.get(path);
      if (transfer !== undefined && !sameStamp(transfer.stamp, stamp)) transfer.superseded.abort();
    }
  }

  /** Stores a file, unless another call has or does. */
  async #upload(file: MatchedFile, signal: AbortSignal | undefined): Promise<Failure | undefined> {
    for (let other = this.#underWay.get(file.path); other !== undefined; ) {
      await other.done;
      other = this.#underWay.get(file.path);
    }
    if (this.#isStored(file)) return undefined;
    const superseded = new AbortController();
    const done = this.#transfer(file, superseded.signal, signal);
    this.#underWay.set(file.path, { stamp: file.stamp, superseded, done });
    try {
      return await done;
    } finally {
      this.#underWay.delete(file.path);
    }
  }

  async #transfer(
    { path, name }: MatchedFile,
    superseded: AbortSignal,
    signal: AbortSignal | undefined,
  ): Promise<Failure | undefined> {
    const key = this.#keys.result(name);
    try {
      signal?.throwIfAborted();
      const either = signal === undefined ? superseded : AbortSignal.any([signal, superseded]);
      this.#uploads.set(path, { key, ...(await storeStillFile(this.#store, key, path, either)) });
      return undefined;
    } catch (cause) {
      this.#uploads.delete(path);
      // Whoever called it off stores the file as it is now.
      return superseded.aborted ? undefined : { path, cause, reason: reasonOf(cause, signal) };
    }
  }

  /** @param isGone whether what is not there now has vanished for good. Default: it has. */
  async #removeVanished(
    files: readonly MatchedFile[],
    isGone: (path: string) => boolean = () => true,
  ): Promise<void> {
    const keys = new Map(files.map((file) => [file.path, this.#keys.result(file.name)]));
    for (const [path, upload] of this.#uploads) {
      const key = keys.get(path);
      if (key === upload.key || (key === undefined && !isGone(path))) continue;
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
    mode: shownMode(file.mode),
    modified: new Date(file.stamp.modifiedMs).toISOString(),
  };
}
