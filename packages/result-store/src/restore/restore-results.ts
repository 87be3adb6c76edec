import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync, utimesSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { SpawnError } from "@spawn/foundation";
import PQueue from "p-queue";
import type { ManifestFile } from "../manifest.js";
import type { ProvisionalFile } from "../provisional.js";
import { describeFile } from "../receive-file.js";
import type { ResultStore, StoredObject } from "../result-store.js";
import { explained } from "../store-errors.js";

/** Files that are fetched at the same time. */
const CONCURRENCY = 8;

export interface RestoreOptions {
  /** Where the jobs worked, and where they work now: what lay below the one is put below the other. */
  readonly moved?: { readonly from: string; readonly to: string };
  readonly signal?: AbortSignal;
}

/** One that has no size and hash is taken as it is in the store. */
export type RestorableFile = ProvisionalFile & Partial<Pick<ManifestFile, "size" | "sha256" | "modified">>;

export interface RestoredResults {
  /** Brought from the store. */
  readonly files: number;
  /** Bytes of those. */
  readonly bytes: number;
  /** The same was there already. */
  readonly kept: number;
  /** What was there and differed, and was given this other name beside it. */
  readonly setAside: readonly { readonly path: string; readonly as: string }[];
}

/**
 * Puts a job's results back where the job left them, verified. A file that is there and is another one is not lost: it gets
 * another name.
 *
 * @throws SpawnError `verification-failed`, `no-space`, `permission-denied`, `store-failed`. What was restored stays; calling
 * it again goes on.
 */
export async function restoreResults(
  store: ResultStore,
  { files }: { readonly files: readonly RestorableFile[] },
  options: RestoreOptions = {},
): Promise<RestoredResults> {
  const { signal } = options;
  const transfers = new PQueue({ concurrency: CONCURRENCY });
  const restored = await transfers.addAll(
    files.map((file) => () => restoreFile(store, file, pathHere(file.path, options.moved), signal)),
  );
  const fetched = restored.filter(({ outcome }) => outcome === "fetched");
  return {
    files: fetched.length,
    bytes: fetched.reduce((sum, { bytes }) => sum + bytes, 0),
    kept: restored.length - fetched.length,
    setAside: restored.flatMap(({ setAside }) => setAside ?? []),
  };
}

interface RestoredFile {
  readonly outcome: "fetched" | "kept";
  readonly bytes: number;
  readonly setAside?: { readonly path: string; readonly as: string };
}

async function restoreFile(
  store: ResultStore,
  file: RestorableFile,
  path: string,
  signal: AbortSignal | undefined,
): Promise<RestoredFile> {
  const { key, size, sha256 } = file;
  const expect = size === undefined || sha256 === undefined ? undefined : { size, sha256 };
  if (expect !== undefined && (await isThere(path, expect))) return { outcome: "kept", bytes: 0 };
  explained("restoring a result", path, () => mkdirSync(dirname(path), { recursive: true }));
  const id = createHash("sha256").update(key).digest("hex").slice(0, 16);
  const partial = join(dirname(path), `.spawn-restore-${id}`);
  const fetched = await store.getFile(key, partial, {
    ...(expect === undefined ? {} : { expect }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (fetched === undefined) {
    throw new SpawnError(
      "verification-failed",
      `${key} is not in the store, although its job is said to have left it there`,
      {
        hint: "Run its job again with --rerun, or put the object back.",
      },
    );
  }
  if (expect === undefined && (await isThere(path, fetched))) {
    explained("restoring a result", partial, () => rmSync(partial));
    return { outcome: "kept", bytes: 0 };
  }
  return explained("restoring a result", path, () => {
    chmodSync(partial, Number.parseInt(file.mode, 8));
    const modified = new Date(file.modified ?? "");
    if (!Number.isNaN(modified.getTime())) utimesSync(partial, modified, modified);
    const there = lstatSync(path, { throwIfNoEntry: false });
    const as = there === undefined ? undefined : freeName(path);
    if (as !== undefined) renameSync(path, as);
    renameSync(partial, path);
    const restored = { outcome: "fetched" as const, bytes: fetched.size };
    return as === undefined ? restored : { ...restored, setAside: { path, as } };
  });
}

async function isThere(path: string, expect: StoredObject): Promise<boolean> {
  const there = explained("restoring a result", path, () => lstatSync(path, { throwIfNoEntry: false }));
  if (there?.isFile() !== true || there.size !== expect.size) return false;
  return (await describeFile(path)).sha256 === expect.sha256;
}

function freeName(path: string): string {
  for (let number = 1; ; number += 1) {
    const name = `${path}.before-resume${number === 1 ? "" : `-${number}`}`;
    if (lstatSync(name, { throwIfNoEntry: false }) === undefined) return name;
  }
}

function pathHere(path: string, moved: RestoreOptions["moved"]): string {
  if (moved === undefined) return path;
  const below = relative(moved.from, path);
  const isBelow = below !== "" && below !== ".." && !below.startsWith(`..${sep}`);
  return isBelow ? join(moved.to, below) : path;
}
