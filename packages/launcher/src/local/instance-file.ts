import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, explainFileError } from "@spawn/foundation";

/** What is written down of a local instance, in `instance.json` in its folder. */
export interface InstanceFile {
  readonly schema_version: 1;
  readonly instance_id: string;
  readonly name?: string;
  readonly queue_id: string;
  readonly launched_at: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly working_directory: string;
  readonly store_root: string;
  /** Names only. */
  readonly carried: readonly string[];
  readonly terminated_at?: string;
}

function instanceFilePath(folder: string): string {
  return join(folder, "instance.json");
}

/** `undefined` where there is none, or none that can be read: such a folder is no instance. */
export function readInstanceFile(folder: string): InstanceFile | undefined {
  let text: string;
  try {
    text = readFileSync(instanceFilePath(folder), "utf8");
  } catch (error) {
    if (errnoOf(error) !== undefined) return undefined;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    return isInstanceFile(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function writeInstanceFile(folder: string, file: InstanceFile): void {
  replaceFile(instanceFilePath(folder), `${JSON.stringify(file, undefined, 2)}\n`);
}

/** Readers see the old text or the new one. @throws SpawnError `no-space`, `permission-denied`. */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw explainFileError(error, "cannot write", path);
  }
}

function isInstanceFile(value: unknown): value is InstanceFile {
  if (typeof value !== "object" || value === null) return false;
  const texts = ["instance_id", "queue_id", "launched_at", "working_directory", "store_root"];
  return (
    Reflect.get(value, "schema_version") === 1 &&
    texts.every((key) => typeof Reflect.get(value, key) === "string") &&
    Array.isArray(Reflect.get(value, "carried")) &&
    typeof Reflect.get(value, "tags") === "object"
  );
}
