import { stripVTControlCharacters } from "node:util";
import { counterProgress } from "./counter-progress.js";
import { percentProgress } from "./percent-progress.js";
import type { Progress } from "./progress.js";
import { tqdmProgress } from "./tqdm-progress.js";

/** A line longer than this is data; only its end is looked at. */
const LONGEST_LINE = 2000;

/**
 * Reads progress from a line of a log: `Epoch 52/100`, `step 3 of 9`, `[3/9]`, `52%`, a tqdm bar. Colours are ignored; a
 * line redrawn with carriage returns counts as its last readable drawing. What makes no sense (`7/3`, `250%`) and what
 * only looks alike (dates, paths, `Accuracy: 87.6%`) is no progress. An epoch on the line of a bar wins over the bar.
 */
export function parseProgress(line: string): Progress | undefined {
  const plain = stripVTControlCharacters(line.slice(-LONGEST_LINE));
  const drawings = plain.split("\r");
  for (let i = drawings.length - 1; i >= 0; i--) {
    const progress = parseDrawing(drawings[i] ?? "");
    if (progress !== undefined) return progress;
  }
  return undefined;
}

/** The progress that the last line with any tells. */
export function lastProgress(lines: readonly string[]): Progress | undefined {
  for (let i = lines.length - 1; i >= 0; i--) {
    const progress = parseProgress(lines[i] ?? "");
    if (progress !== undefined) return progress;
  }
  return undefined;
}

function parseDrawing(text: string): Progress | undefined {
  // Nearly all lines of a log end here.
  if (!/\d/.test(text)) return undefined;
  return counterProgress(text) ?? tqdmProgress(text) ?? percentProgress(text);
}
