import stringWidth from "string-width";
import { alignRows, columnWidths } from "./columns.js";

const INDENT = "  ";

/**
 * Breaks a line between words where it is wider than the terminal; the rest is indented. A word is never cut: ids and paths
 * are to be copied.
 *
 * @param columns of the terminal it goes to; `undefined` where that is none: then it stays one line
 */
export function wrapLine(line: string, columns: number | undefined): string {
  if (columns === undefined || stringWidth(line) < columns) return line;
  const lead = /^ */.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let open = lead;
  for (const word of line.trimStart().split(" ")) {
    const isFirst = open.trim() === "";
    const longer = isFirst ? `${open}${word}` : `${open} ${word}`;
    if (isFirst || stringWidth(longer) < columns) {
      open = longer;
    } else {
      lines.push(open);
      open = `${lead}${INDENT}${word}`;
    }
  }
  return [...lines, open].join("\n");
}

/** As `wrapLine`, of a text of many lines. */
export function wrapText(text: string, columns: number | undefined): string {
  return text
    .split("\n")
    .map((line) => wrapLine(line, columns))
    .join("\n");
}

/**
 * Aligned rows, a line each. Where these are wider than the terminal, each row has as many lines as it takes, all but the first
 * indented; the columns are then below each other in the same way in every row, the first, which are the headings, too.
 *
 * @param columns of the terminal; `undefined` where that is none: then each row is one line
 * @param paint colours a line of a row
 */
export function fitRows(
  rows: readonly (readonly string[])[],
  columns: number | undefined,
  paint: (line: string, row: number) => string = (line) => line,
): readonly string[] {
  const groups = columns === undefined ? [rows] : foldedColumns(rows, columns);
  const folded = groups.map((group, at) =>
    alignRows(group).map((line) => (at === 0 ? line : `${INDENT}${line}`)),
  );
  return rows.flatMap((_, row) =>
    folded
      .map((lines) => lines[row] ?? "")
      .filter((line, at) => at === 0 || line.trim() !== "")
      .map((line) => paint(wrapLine(line, columns), row)),
  );
}

const GAP = 3;

/** The rows, cut between columns into parts that are as wide as the terminal at most. */
function foldedColumns(
  rows: readonly (readonly string[])[],
  columns: number,
): readonly (readonly (readonly string[])[])[] {
  const groups: { from: number; to: number }[] = [];
  let width = 0;
  for (const [at, needed] of columnWidths(rows).entries()) {
    const last = groups.at(-1);
    const room = columns - 1 - (groups.length > 1 ? INDENT.length : 0);
    if (last !== undefined && width + GAP + needed <= room) {
      width += GAP + needed;
      last.to = at + 1;
    } else {
      groups.push({ from: at, to: at + 1 });
      width = needed;
    }
  }
  return groups.map(({ from, to }) => rows.map((row) => row.slice(from, to)));
}
