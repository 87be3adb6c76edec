import { type Dirent, realpathSync, type Stats, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { errnoOf } from "@spawn/foundation";
import { type FoundFile, foundFile } from "./found-file.js";
import type { ResultPattern } from "./result-pattern.js";
import type { Segment } from "./segments.js";

/** How many files are looked at before other work gets its turn. */
const LOOKS_PER_TURN = 256;

/** What is still to be matched below a folder, one list for each way to have come there. */
type Remaining = readonly (readonly Segment[])[];

/**
 * Walks to what a pattern names. Only folders that can hold a match are read. Links to files count as files. Links to
 * folders are followed where a part of the pattern matches them, but neither by `**` nor inside a folder that is taken
 * whole, so that there is no way round in circles. Special files are never opened.
 *
 * Written here, although libraries find files: none of them tells of special files, dangling links and unreadable
 * folders, which would be results lost in silence.
 */
export async function findFiles(
  pattern: ResultPattern,
  warn: (text: string) => void,
): Promise<readonly FoundFile[]> {
  const walk = new Walk(pattern, warn);
  if (pattern.literal !== undefined) await walk.takeLiteral(pattern.literal);
  if (pattern.globs.length > 0) await walk.descend(pattern.base, pattern.globs);
  return walk.found;
}

class Walk {
  readonly found: FoundFile[] = [];
  readonly #pattern: ResultPattern;
  readonly #warn: (text: string) => void;
  #looks = 0;

  constructor(pattern: ResultPattern, warn: (text: string) => void) {
    this.#pattern = pattern;
    this.#warn = warn;
  }

  async takeLiteral(path: string): Promise<void> {
    const stats = lookAt(path);
    if (stats === undefined) return;
    if (stats.isDirectory()) await this.#takeFolder(path, realPathOf(path));
    else if (!this.#pattern.folder) this.#take(path, stats);
    else this.#warn(`${path} is not a folder, as the '/' at the end of ${this.#pattern.text} says`);
  }

  async descend(folder: string, remaining: Remaining): Promise<void> {
    for (const entry of await this.#entriesOf(folder)) {
      const path = join(folder, entry.name);
      const next = advance(remaining, entry.name, entry.isSymbolicLink() ? "link" : "plain");
      if (next.length === 0) continue;
      await this.#visit(path, entry, next);
    }
  }

  async #visit(path: string, entry: Dirent, next: Remaining): Promise<void> {
    const matched = next.some((parts) => parts.every((part) => part.kind === "any-depth"));
    const stats = await this.#look(path);
    if (stats === undefined) {
      if (matched) this.#warnOfMissing(path, entry);
    } else if (!stats.isDirectory()) {
      if (matched && !this.#pattern.folder) this.#take(path, stats);
    } else if (matched && this.#pattern.folder) {
      await this.#takeFolder(path, realPathOf(path));
    } else {
      const deeper = next.filter((parts) => parts.length > 0);
      if (deeper.length > 0) await this.descend(path, deeper);
    }
  }

  /** Everything in a folder, dot files too. `tree` is the real path of the folder that was asked for. */
  async #takeFolder(folder: string, tree: string): Promise<void> {
    for (const entry of await this.#entriesOf(folder)) {
      const path = join(folder, entry.name);
      const stats = await this.#look(path);
      if (stats === undefined) this.#warnOfMissing(path, entry);
      else if (!stats.isDirectory()) this.#take(path, stats);
      else if (!entry.isSymbolicLink()) await this.#takeFolder(path, tree);
      else if (!`${realPathOf(path)}/`.startsWith(`${tree}/`)) {
        this.#warn(`${path} is a link to a folder elsewhere and is not followed: name it in result_files`);
      }
    }
  }

  #take(path: string, stats: Stats): void {
    if (stats.isFile()) this.found.push(foundFile(path, stats));
    else this.#warn(`${path} is ${kindOf(stats)}, which cannot be stored`);
  }

  async #look(path: string): Promise<Stats | undefined> {
    this.#looks += 1;
    if (this.#looks % LOOKS_PER_TURN === 0) await setImmediate();
    return lookAt(path);
  }

  #warnOfMissing(path: string, entry: Dirent): void {
    if (entry.isSymbolicLink()) this.#warn(`${path} is a link that leads nowhere`);
    else if (path.includes("\ufffd")) this.#warn(`${path} cannot be stored: its name is not UTF-8`);
  }

  async #entriesOf(folder: string): Promise<readonly Dirent[]> {
    try {
      const entries = await readdir(folder, { withFileTypes: true });
      return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
    } catch (error) {
      const code = errnoOf(error);
      if (code !== "ENOENT" && code !== "ENOTDIR")
        this.#warn(`${folder} cannot be read (${code ?? String(error)})`);
      return [];
    }
  }
}

/** What remains to be matched below an entry of this name; an empty list within means that the entry itself matches. */
function advance(remaining: Remaining, name: string, entry: "plain" | "link"): Remaining {
  const next: (readonly Segment[])[] = [];
  for (const parts of remaining) {
    const [first, ...rest] = parts;
    if (first === undefined) continue;
    switch (first.kind) {
      case "any-depth":
        next.push(...advance([rest], name, entry));
        if (!name.startsWith(".") && entry === "plain") next.push(parts);
        else if (!name.startsWith(".") && rest.length === 0) next.push([]);
        break;
      case "literal":
        if (first.name === name) next.push(rest);
        break;
      case "glob":
        if (first.matches(name)) next.push(rest);
        break;
    }
  }
  return next;
}

/** What a path leads to; `undefined` when nothing, or when it cannot be seen. */
function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // A circle of links, a name too long, a folder that may not be searched: for the caller there is no file.
    if (errnoOf(error) !== undefined) return undefined;
    throw error;
  }
}

/** The path itself where it has just vanished. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errnoOf(error) !== undefined) return path;
    throw error;
  }
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return "a named pipe";
  if (stats.isSocket()) return "a socket";
  return "a device";
}
