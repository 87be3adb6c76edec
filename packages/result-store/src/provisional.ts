import { isSafeName } from "./safe-names.js";

/** A result file that may be in the store, though nothing vouches for it. */
export interface ProvisionalFile {
  /** Absolute, where the job has it. */
  readonly path: string;
  readonly key: string;
  /** Relative, below `results/`. */
  readonly name: string;
  /** Permission bits, e.g. `"0755"`. */
  readonly mode: string;
}

/**
 * Where the result files of a job that is not over belong: written before they are, so that whatever is in the store is
 * known by it. Which of them are, the store says itself.
 */
export interface Provisional {
  /** The attempt that had them then. */
  readonly attempt: number;
  readonly files: readonly ProvisionalFile[];
}

/** As JSON, snake_case, one line per file. */
export function encodeProvisional({ attempt, files }: Provisional): string {
  const rows = files.map(({ path, key, name, mode }) => JSON.stringify({ path, key, name, mode }));
  return `{
  "schema_version": 1,
  "attempt": ${attempt},
  "files": ${rows.length === 0 ? "[]" : `[\n    ${rows.join(",\n    ")}\n  ]`}
}
`;
}

/** @returns `undefined` for what is damaged, or would lead out of `jobFolder`: it tells nothing. */
export function decodeProvisional(text: string, jobFolder: string): Provisional | undefined {
  const value = parsed(text);
  if (!isRecord(value) || value.schema_version !== 1) return undefined;
  const { attempt, files } = value;
  if (typeof attempt !== "number" || !Array.isArray(files)) return undefined;
  const rows = files.map((row: unknown) => fileOf(row, `${jobFolder}results/`));
  if (rows.includes(undefined)) return undefined;
  return { attempt, files: rows.filter((row) => row !== undefined) };
}

function fileOf(row: unknown, folder: string): ProvisionalFile | undefined {
  if (!isRecord(row)) return undefined;
  const { path, key, name, mode } = row;
  if (typeof path !== "string" || !path.startsWith("/") || typeof key !== "string") return undefined;
  if (!key.startsWith(folder) || !isSafeName(key)) return undefined;
  if (typeof name !== "string" || !isSafeName(name)) return undefined;
  return typeof mode === "string" && /^[0-7]{4}$/.test(mode) ? { path, key, name, mode } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
