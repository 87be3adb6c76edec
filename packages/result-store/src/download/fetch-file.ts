import { createHash } from "node:crypto";
import { chmodSync, lstatSync } from "node:fs";
import { SpawnError } from "@spawn/foundation";
import { describeFile } from "../receive-file.js";
import type { GetOptions, OnBytes, ResultStore, StoredObject } from "../result-store.js";
import { explained } from "../store-errors.js";
import type { PlannedFile } from "./job-plan.js";
import type { OutputFolder } from "./output-folder.js";

export interface FetchedFile {
  readonly stored: StoredObject;
  readonly outcome: "fetched" | "already-there";
}

/**
 * Brings one planned file, unless the same is there already.
 *
 * @throws SpawnError `verification-failed` when it is damaged, gone, or would lead out of the output folder.
 */
export async function fetchFile(
  store: ResultStore,
  file: PlannedFile,
  output: OutputFolder,
  signal: AbortSignal | undefined,
  onBytes: OnBytes,
): Promise<FetchedFile> {
  const path = output.pathFor(file.target);
  if (file.expect !== undefined && (await isThere(path, file.expect))) {
    onBytes(file.expect.size);
    return { stored: file.expect, outcome: "already-there" };
  }
  const stored = await store.getFile(file.key, path, {
    ...getOptions(file, output, signal),
    onBytes,
  });
  if (stored === undefined) {
    throw new SpawnError(
      "verification-failed",
      `${file.key} is not in the store, although the manifest names it`,
    );
  }
  if (file.executable) explained("making it executable", path, () => chmodSync(path, 0o700));
  return { stored, outcome: "fetched" };
}

function getOptions(file: PlannedFile, output: OutputFolder, signal: AbortSignal | undefined): GetOptions {
  const id = createHash("sha256")
    .update(`${file.key}\0${file.expect?.sha256 ?? ""}`)
    .digest("hex");
  return {
    partial: output.partialFor(id),
    ...(file.expect !== undefined && { expect: file.expect }),
    ...(signal !== undefined && { signal }),
  };
}

async function isThere(path: string, expect: StoredObject): Promise<boolean> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true || stats.size !== expect.size) return false;
  return (await describeFile(path)).sha256 === expect.sha256;
}
