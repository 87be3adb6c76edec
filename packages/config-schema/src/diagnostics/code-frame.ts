import type { LineIndex } from "./line-index.js";

/** Lines shown before the one with the problem. */
const LINES_BEFORE = 1;
/** Of a long line (a whole file on one line, say), so much is shown. */
const WIDTH = 120;
/** How much of that is before the problem. */
const LEAD = 40;

export interface FramePlace {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export interface CodeFrame {
  readonly before: readonly string[];
  /** The line with the problem. */
  readonly line: string;
  /** `^^^` below it. */
  readonly carets: string;
}

/** The lines of a file around a problem, with line numbers, and marks below it. */
export function codeFrame(lines: LineIndex, { line, column, length }: FramePlace): CodeFrame {
  const gutter = String(line).length;
  const numbered = (number: number | "", text: string): string =>
    `${String(number).padStart(gutter)} | ${text}`;
  const from = column <= WIDTH - LEAD ? 0 : column - 1 - LEAD;
  const windowOf = (text: string): string => {
    const cut = text.slice(from, from + WIDTH);
    return visible(`${from > 0 ? "…" : ""}${cut}${from + WIDTH < text.length ? "…" : ""}`);
  };
  const lead = column - 1 - from + (from > 0 ? 1 : 0);
  const marked = Math.max(1, Math.min(length, from + WIDTH - column + 1));
  const before: string[] = [];
  for (let number = Math.max(1, line - LINES_BEFORE); number < line; number += 1) {
    before.push(numbered(number, windowOf(lines.lineText(number))));
  }
  return {
    before,
    line: numbered(line, windowOf(lines.lineText(line))),
    carets: numbered("", " ".repeat(lead) + "^".repeat(marked)),
  };
}

/** Control characters as their symbols (U+2400 …), a tab as one space: a file cannot steer the terminal, and columns stay. */
function visible(text: string): string {
  return text
    .replaceAll("\t", " ")
    .replace(/[\0-\x1f]/g, (character) => String.fromCharCode(0x2400 + character.charCodeAt(0)))
    .replace(/[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "\u2421");
}
