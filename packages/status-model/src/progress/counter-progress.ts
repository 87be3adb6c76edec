import { type Progress, progressOf } from "./progress.js";

/** What programs count aloud. A bare `a/b` is no progress: it may as well be a date, a path or a fraction. */
const UNITS =
  "epoch|step|batch|iteration|iter|item|file|chunk|fold|sample|round|task|page|image|record|row|part|frame|trial|shard";
const UNIT = `(${UNITS})(?:e?s)?`;
const NUMBER = "(\\d+(?:[,_]\\d{3})*)";
const RATIO = `${NUMBER}\\s*(?:/|\\bof\\b|\\bout of\\b)\\s*${NUMBER}`;
/** Not within a word, a longer number, a date or a path. */
const STARTS = "(?<![\\w/.-])";
const ENDS = "(?![\\w/]|[.,:-]\\d)";

/** `Epoch 52/100`, `epoch [3/10]`, `Step: 3 of 9`, `iter=5/20`, `Processing file 3 of 9`. */
const UNIT_FIRST = new RegExp(
  `${STARTS}${UNIT}(?:\\s*[:#=]\\s*|\\s+|(?=[[(]))[[(]?\\s*${RATIO}${ENDS}`,
  "gi",
);
/** `3/9 files`, `3 of 9 steps`. */
const UNIT_LAST = new RegExp(`${STARTS}${RATIO}\\s+${UNIT}\\b`, "gi");
/** `[3/9] Building`, `Receiving objects:  45% (450/1000)`. */
const BRACKETED = new RegExp(`(?<!\\w)[[(]\\s*${NUMBER}\\s*/\\s*${NUMBER}\\s*[\\])]`, "g");

interface Match {
  readonly index: number;
  readonly unit: string;
  readonly progress: Progress;
}

/**
 * Reads a counter with its unit, or one in brackets. A line that counts two things (`Epoch 3/10 step 45/100`) is read by
 * the one it names first, which is the outer one; of the same unit the last count in the line wins.
 */
export function counterProgress(line: string): Progress | undefined {
  const named = [
    ...matchesOf(line, UNIT_FIRST, ([label, unit, done, total]) => ({ label, unit, done, total })),
    ...matchesOf(line, UNIT_LAST, ([label, done, total, unit]) => ({ label, unit, done, total })),
  ].sort((a, b) => a.index - b.index);
  const outer = named[0];
  if (outer !== undefined) return named.findLast((match) => match.unit === outer.unit)?.progress;
  return matchesOf(line, BRACKETED, ([, done, total]) => ({ label: `${done}/${total}`, done, total })).at(-1)
    ?.progress;
}

interface Parts {
  readonly label: string | undefined;
  readonly unit?: string | undefined;
  readonly done: string | undefined;
  readonly total: string | undefined;
}

function matchesOf(line: string, pattern: RegExp, partsOf: (match: RegExpExecArray) => Parts): Match[] {
  const matches: Match[] = [];
  for (const match of line.matchAll(pattern)) {
    const { label = "", unit = "", done, total } = partsOf(match);
    const progress = progressOf(tidy(label), countOf(done), countOf(total));
    if (progress !== undefined) matches.push({ index: match.index, unit: unit.toLowerCase(), progress });
  }
  return matches;
}

function countOf(digits = ""): number {
  return Number(digits.replace(/[,_]/g, ""));
}

/** `Epoch: [ 3 / 10` → `Epoch 3/10`. */
function tidy(label: string): string {
  return label
    .replace(/[:#=[(]+/g, " ")
    .replace(/\s*\/\s*/g, "/")
    .replace(/\s+/g, " ")
    .trim();
}
