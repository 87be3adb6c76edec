import { SpawnError } from "@spawn/foundation";
import type { StoredObject } from "./result-store.js";
import { isSafeName } from "./safe-names.js";

export interface ManifestFile extends StoredObject {
  /** Absolute, where the job left it. */
  readonly path: string;
  readonly key: string;
  /** Relative, below `results/`. */
  readonly name: string;
  /** Permission bits, e.g. `"0755"`. */
  readonly mode: string;
  /** RFC 3339. */
  readonly modified: string;
}

/** A log or small file of the job, as it was when the manifest was written. */
export interface ManifestLog extends StoredObject {
  readonly key: string;
}

/** A declared result that could not be stored before the deadline, or at all. */
export interface MissingResult {
  readonly path: string;
  readonly reason: string;
}

/** What a job's results are: files that are not in it are none. Written last, when everything it names is stored. */
export interface Manifest {
  readonly schemaVersion: 1;
  readonly job: string;
  readonly attempt: number;
  readonly files: readonly ManifestFile[];
  readonly logs: readonly ManifestLog[];
  readonly missing: readonly MissingResult[];
}

/** The manifest as JSON, snake_case, one line per file. */
export function encodeManifest(manifest: Manifest): string {
  const rows = (values: readonly object[]): string =>
    values.length === 0
      ? "[]"
      : `[\n    ${values.map((value) => JSON.stringify(value)).join(",\n    ")}\n  ]`;
  return `{
  "schema_version": ${manifest.schemaVersion},
  "job": ${JSON.stringify(manifest.job)},
  "attempt": ${manifest.attempt},
  "files": ${rows(manifest.files)},
  "logs": ${rows(manifest.logs)},
  "missing": ${rows(manifest.missing)}
}
`;
}

/**
 * Reads a manifest that may have been damaged, or made by somebody else: every name stays below `results/`, every key
 * below `jobFolder`.
 *
 * @throws SpawnError `verification-failed`, naming what is wrong.
 */
export function decodeManifest(text: string, jobFolder: string): Manifest {
  const refuse = (problem: string): never => {
    throw new SpawnError(
      "verification-failed",
      `${jobFolder}manifest.json is not to be trusted: ${problem}`,
      {
        hint: "Nothing of this job was fetched. Look at the object, or run the job again.",
      },
    );
  };
  const manifest = parseObject(text) ?? refuse("it is not a JSON object");
  if (manifest.schema_version !== 1)
    refuse(`schema_version is ${JSON.stringify(manifest.schema_version)}, not 1`);
  const { job, attempt } = manifest;
  if (typeof job !== "string" || !isCount(attempt)) return refuse("job or attempt is missing");
  const rowsOf = (key: string): readonly unknown[] => {
    const rows = manifest[key] ?? [];
    return Array.isArray(rows) ? rows : refuse(`${key} is not a list`);
  };
  const files = rowsOf("files").map(
    (row) => fileOf(row, jobFolder) ?? refuse(`bad file ${JSON.stringify(row)}`),
  );
  const logs = rowsOf("logs").map((row) => logOf(row, jobFolder) ?? refuse(`bad log ${JSON.stringify(row)}`));
  const missing = rowsOf("missing").map(
    (row) => missingOf(row) ?? refuse(`bad entry ${JSON.stringify(row)}`),
  );
  const names = new Set(files.map((file) => file.name));
  if (names.size !== files.length) refuse("a name is used twice");
  return { schemaVersion: 1, job, attempt, files, logs, missing };
}

function fileOf(row: unknown, jobFolder: string): ManifestFile | undefined {
  if (!isRecord(row)) return undefined;
  const { path, name, mode, modified } = row;
  const stored = logOf(row, `${jobFolder}results/`);
  if (stored === undefined || typeof path !== "string" || typeof name !== "string") return undefined;
  if (typeof mode !== "string" || !/^[0-7]{4}$/.test(mode) || typeof modified !== "string") return undefined;
  return isSafeName(name) ? { path, name, mode, modified, ...stored } : undefined;
}

function logOf(row: unknown, folder: string): ManifestLog | undefined {
  if (!isRecord(row)) return undefined;
  const { key, size, sha256 } = row;
  if (typeof key !== "string" || !key.startsWith(folder) || !isSafeName(key)) return undefined;
  if (!isCount(size) || typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  return { key, size, sha256 };
}

function missingOf(row: unknown): MissingResult | undefined {
  if (!isRecord(row) || typeof row.path !== "string" || typeof row.reason !== "string") return undefined;
  return { path: row.path, reason: row.reason };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
