import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { errnoOf, SpawnError } from "@spawn/foundation";
import type { AbsentResults } from "@spawn/status-model";

/** What came of bringing a queue to this instance; kept until the journal has it. */
export interface Brought extends AbsentResults {
  readonly warnings: readonly string[];
  /** Numbers of the last attempts of which the store has anything, by job. */
  readonly begun: Readonly<Record<string, number>>;
}

/** Leaves it on the disk, whole. */
export function writeBrought(path: string, brought: Brought): void {
  const draft = `${path}.draft`;
  const fd = openSync(draft, "w", 0o600);
  try {
    writeSync(fd, JSON.stringify(brought));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, path);
}

/** @throws SpawnError `not-resumable` where a journal lies on an instance that it was not brought to. */
export function readBrought(path: string): Brought {
  const value = parse(path);
  if (isBrought(value)) return value;
  throw new SpawnError(
    "not-resumable",
    "the journal on this instance is of another one, and was not brought here from the store",
    { hint: "Resume the queue by its queue id: it goes on from its result store." },
  );
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function isBrought(value: unknown): value is Brought {
  if (typeof value !== "object" || value === null) return false;
  const begun: unknown = Reflect.get(value, "begun");
  if (typeof begun !== "object" || begun === null) return false;
  if (!Object.values(begun).every((attempt) => Number.isSafeInteger(attempt))) return false;
  return ["lost", "undeclared", "warnings"].every((key) => {
    const list: unknown = Reflect.get(value, key);
    return Array.isArray(list) && list.every((item) => typeof item === "string");
  });
}
