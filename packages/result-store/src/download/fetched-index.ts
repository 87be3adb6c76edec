import { readFileSync } from "node:fs";
import { errnoOf } from "@spawn/foundation";
import type { StoredObject } from "../result-store.js";
import { isSafeName } from "../safe-names.js";
import type { OutputFolder } from "./output-folder.js";

/**
 * What earlier downloads of one queue put into an output folder, and what it was then. By it a later download knows its
 * own files from those of the folder's owner.
 */
export class FetchedIndex {
  readonly #output: OutputFolder;
  readonly #name: string;
  readonly #files: Map<string, StoredObject>;

  /** Reads what is there; an index that cannot be read tells of nothing. */
  constructor(output: OutputFolder, queueId: string) {
    this.#output = output;
    this.#name = `.fetched.${queueId}.json`;
    this.#files = new Map(readIndex(output.pathFor(this.#name)));
  }

  /** Names relative to the output folder. */
  get names(): readonly string[] {
    return [...this.#files.keys()];
  }

  get(name: string): StoredObject | undefined {
    return this.#files.get(name);
  }

  set(name: string, { size, sha256 }: StoredObject): void {
    this.#files.set(name, { size, sha256 });
  }

  delete(name: string): void {
    this.#files.delete(name);
  }

  save(): void {
    const files = Object.fromEntries([...this.#files].sort(([left], [right]) => (left < right ? -1 : 1)));
    const text = `${JSON.stringify({ schema_version: 1, files }, undefined, 1)}\n`;
    if (this.#files.size === 0) this.#output.removeFile(this.#name);
    else this.#output.replaceFile(this.#name, text);
  }
}

function readIndex(path: string): readonly (readonly [string, StoredObject])[] {
  try {
    const index: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof index !== "object" || index === null || Reflect.get(index, "schema_version") !== 1) return [];
    const files: unknown = Reflect.get(index, "files");
    if (typeof files !== "object" || files === null) return [];
    return Object.entries(files).flatMap(([name, file]) =>
      isSafeName(name) && isStoredObject(file) ? [[name, file] as const] : [],
    );
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) !== undefined) return [];
    throw error;
  }
}

function isStoredObject(value: unknown): value is StoredObject {
  if (typeof value !== "object" || value === null) return false;
  return typeof Reflect.get(value, "size") === "number" && typeof Reflect.get(value, "sha256") === "string";
}
