import { relative } from "node:path";
import { findFiles } from "./find-files.js";
import type { FoundFile } from "./found-file.js";
import { namePrefixes } from "./name-prefixes.js";
import { parseResultPattern } from "./result-pattern.js";
import { separateNames } from "./separate-names.js";

export interface MatchedFile extends FoundFile {
  /** Relative, below `results/`; unique among the matched files. */
  readonly name: string;
}

export interface ResultMatches {
  /** Ordered by name. */
  readonly files: readonly MatchedFile[];
  /** Patterns that match nothing now, as they stand in the queue file. */
  readonly unmatched: readonly string[];
  /** What was found but cannot be stored: special files, links that lead nowhere, folders that cannot be read. */
  readonly warnings: readonly string[];
}

export interface ResultPatterns {
  /** `result_files` of the job. */
  readonly patterns: readonly string[];
  /** What relative patterns are relative to. */
  readonly workingDirectory: string;
}

/** Looks once for a job's result files. */
export async function matchResultFiles(input: ResultPatterns): Promise<ResultMatches> {
  return resultMatcher(input)();
}

/**
 * Reads the patterns once, to look for files many times. A file that several patterns match is stored once, under the
 * name that the first of them gives it.
 */
export function resultMatcher({
  patterns: texts,
  workingDirectory,
}: ResultPatterns): () => Promise<ResultMatches> {
  const patterns = texts.map((text) => parseResultPattern(text, workingDirectory));
  const prefixes = namePrefixes(patterns);
  return async () => {
    const named = new Map<string, MatchedFile>();
    const warnings = new Set<string>();
    const unmatched: string[] = [];
    for (const [index, pattern] of patterns.entries()) {
      const found = await findFiles(pattern, (text) => warnings.add(text));
      if (found.length === 0) unmatched.push(pattern.text);
      for (const file of found) {
        const name = `${prefixes[index]}${relative(pattern.base, file.path)}`;
        if (!named.has(file.path)) named.set(file.path, { ...file, name });
      }
    }
    return { files: separated([...named.values()]), unmatched, warnings: [...warnings] };
  };
}

function separated(files: readonly MatchedFile[]): readonly MatchedFile[] {
  const names = separateNames(files.map((file) => file.name));
  return files
    .map((file, index) => ({ ...file, name: names[index] ?? file.name }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}
