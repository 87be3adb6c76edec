import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, explainFileError, SpawnError } from "@spawn/foundation";
import ignore, { type Ignore } from "ignore";

/** Each folder may have both; a later rule wins over an earlier one. */
const RULE_FILES = [".gitignore", ".spawnignore"];
/** Belongs to the repository and not to its files. */
const NEVER = new Set([".git"]);
/** In each folder that `queue results` and `queue run` have fetched results into. */
const FETCHED_INDEX = /^\.fetched\..+\.json$/;

interface ShippedFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  /** Bytes; 0 for a link. */
  readonly size: number;
}

export interface ShippedFiles {
  /** Files and symbolic links, and empty folders with a slash after their path; in the order of their paths. */
  readonly files: readonly ShippedFile[];
  /** Bytes of all files. */
  readonly size: number;
  /** What is in the folder and cannot be shipped (sockets, devices, pipes). */
  readonly skipped: readonly string[];
  /** Folders of results that spawn has fetched, with a slash at their ends: they are not shipped either. */
  readonly fetched: readonly string[];
}

/**
 * What of a folder is shipped: all but `.git`, results that were fetched into a folder below it, and what `.gitignore` and
 * `.spawnignore` leave out, those in folders below it too. Results that a rule names (`!results/`) are shipped.
 *
 * @throws SpawnError `permission-denied` for a folder that cannot be read.
 */
export function shippedFiles(root: string): ShippedFiles {
  const files: ShippedFile[] = [];
  const skipped: string[] = [];
  const fetched: string[] = [];
  walk(root, "", [], { files, skipped, fetched });
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, size: files.reduce((sum, { size }) => sum + size, 0), skipped, fetched };
}

/** The rules of a folder, for paths below it. */
interface Rules {
  readonly folder: string;
  readonly rules: Ignore;
}

function walk(
  root: string,
  folder: string,
  outer: readonly Rules[],
  found: { readonly files: ShippedFile[]; readonly skipped: string[]; readonly fetched: string[] },
): void {
  const own = rulesIn(join(root, folder));
  const layers = own === undefined ? outer : [...outer, { folder, rules: own }];
  const names = entriesOf(join(root, folder)).filter((name) => !NEVER.has(name));
  if (names.some((name) => FETCHED_INDEX.test(name)) && folder !== "" && !isWanted(outer, folder)) {
    found.fetched.push(folder);
    return;
  }
  for (const name of names) {
    const path = `${folder}${name}`;
    const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stats === undefined || verdictOf(layers, stats.isDirectory() ? `${path}/` : path) === "left-out")
      continue;
    if (stats.isDirectory()) walk(root, `${path}/`, layers, found);
    else if (stats.isFile() || stats.isSymbolicLink())
      found.files.push({ path, size: stats.isFile() ? stats.size : 0 });
    else found.skipped.push(path);
  }
  if (names.length === 0 && folder !== "") found.files.push({ path: folder, size: 0 });
}

/** The innermost folder whose rules say anything decides; `undefined` where none does. */
function verdictOf(layers: readonly Rules[], path: string): "left-out" | "wanted" | undefined {
  for (const { folder, rules } of layers.toReversed()) {
    const { ignored, unignored } = rules.test(path.slice(folder.length));
    if (ignored || unignored) return ignored ? "left-out" : "wanted";
  }
  return undefined;
}

/** Whether rules name the folder, or one that it is in, as one to be shipped. */
function isWanted(layers: readonly Rules[], folder: string): boolean {
  const parts = folder.split("/").slice(0, -1);
  return parts.some((_, at) => verdictOf(layers, `${parts.slice(0, at + 1).join("/")}/`) === "wanted");
}

function rulesIn(folder: string): Ignore | undefined {
  const texts = RULE_FILES.flatMap((name) => textOf(join(folder, name)) ?? []);
  return texts.length === 0 ? undefined : ignore({ allowRelativePaths: true }).add(texts.join("\n"));
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "EISDIR"].includes(errnoOf(error) ?? "")) return undefined;
    throw explainFileError(error, "cannot read what is left out of the work folder", path);
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const explained = explainFileError(error, "cannot read the work folder", folder);
    if (!(explained instanceof SpawnError)) throw explained;
    throw new SpawnError(explained.code, explained.message, {
      hint: "Let it be read, or leave it out in .spawnignore.",
      cause: error,
    });
  }
}
