import { dirname, extname, relative, resolve } from "node:path";
import { expand } from "brace-expansion";
import {
  anyDepth,
  firstGlobCharacter,
  literalSegment,
  type Segment,
  segmentOf,
  unescapeGlob,
} from "./segments.js";

/** More alternatives than this come out of one pattern's braces only by mistake. */
const MOST_ALTERNATIVES = 1000;

/** One entry of `result_files`, read. */
export interface ResultPattern {
  /** As it stands in the queue file. */
  readonly text: string;
  /** Absolute: the folder above what the pattern leaves open. Names under `results/` are relative to it. */
  readonly base: string;
  /** The path that the text names when its glob characters are taken as they are; a file, a folder, or nothing. */
  readonly literal: string | undefined;
  /** What may be below `base`, one list of parts for each alternative of its braces. */
  readonly globs: readonly (readonly Segment[])[];
  /** A slash at the end: what it names are folders, stored with all that is in them. */
  readonly folder: boolean;
}

/** Reads one entry of `result_files`, relative to a working directory. */
export function parseResultPattern(text: string, workingDirectory: string): ResultPattern {
  const folder = /(?:^|\/)\.{0,2}$/.test(text) && text !== "";
  const globAt = firstGlobCharacter(text);
  if (text === "" || text.includes("\0")) {
    return { text, base: resolve(workingDirectory), literal: undefined, globs: [], folder };
  }
  if (globAt === undefined)
    return literalPattern(text, resolve(workingDirectory, unescapeGlob(text)), folder);
  const fixed = text.slice(0, text.lastIndexOf("/", globAt) + 1);
  const base = resolve(workingDirectory, unescapeGlob(fixed));
  const literal = resolve(workingDirectory, text);
  return {
    text,
    base,
    literal: isBelow(literal, base) ? literal : undefined,
    globs: alternatives(text.slice(fixed.length).replace(/\/+$/, "")),
    folder,
  };
}

/** `.`, `..` and `/` name no folder of their own: their contents are stored by their own names. */
function literalPattern(text: string, path: string, folder: boolean): ResultPattern {
  const namesItself = !/(?:^|\/)\.{1,2}\/*$/.test(text) && path !== dirname(path);
  return { text, base: namesItself ? dirname(path) : path, literal: path, globs: [], folder };
}

function alternatives(glob: string): readonly (readonly Segment[])[] {
  const texts = /(?<!\\)\{/.test(glob) ? expand(glob, { max: MOST_ALTERNATIVES }) : [glob];
  return texts
    .map((text) => text.split("/").filter((part) => part !== "."))
    .filter((parts) => parts.length > 0 && parts.every((part) => part !== "" && part !== ".."))
    .map((parts) => parts.filter((part, index) => part !== "**" || parts[index - 1] !== "**").map(segmentOf));
}

/**
 * All names (below `base`) that files of this pattern could have, whether or not there are such files now. What a
 * literal without an extension names may turn out to be a folder; `metrics.json` is taken for a file.
 */
export function possibleNames(pattern: ResultPattern): readonly (readonly Segment[])[] {
  const globs = pattern.folder ? pattern.globs.map((parts) => [...parts, anyDepth()]) : pattern.globs;
  if (pattern.literal === undefined) return globs;
  const literal = partsOf(relative(pattern.base, pattern.literal)).map(literalSegment);
  const isFile = !pattern.folder && extname(pattern.literal) !== "";
  return [...globs, isFile ? literal : [...literal, anyDepth()]];
}

/** The names of the folders on a path, or of its parts; none for `""` and `/`. */
export function partsOf(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "");
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}
