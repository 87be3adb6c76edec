import type { JobRow } from "@spawn/status-model";
import stringWidth from "string-width";
import { alignRows, columnWidths, padTo } from "./columns.js";
import type { Palette } from "./palette.js";
import { paintState } from "./state-tone.js";

/** A job's line, and those about its progress below it. */
type JobRowLines = readonly [string, ...string[]];

/**
 * The rows of the job details, aligned with each other, two spaces in.
 *
 * @param columns of the terminal: where the rows are wider they stand closer, and what still does not fit goes below them
 */
export function jobRowLines(
  rows: readonly JobRow[],
  palette: Palette,
  columns = Number.POSITIVE_INFINITY,
): readonly JobRowLines[] {
  const wide = alignedLines(rows, palette, "   ");
  if (fits(wide, columns)) return withNotes(rows, wide);
  const close = alignedLines(rows, palette, " ");
  if (fits(close, columns)) return withNotes(rows, close);
  const heads = headsOf(rows, palette, " ");
  return rows.map((row, index): JobRowLines => {
    const [line, ...more] = flow(heads[index] ?? "", row.cells, columns);
    return [line, ...more, ...notesOf(row)];
  });
}

function alignedLines(rows: readonly JobRow[], palette: Palette, gap: string): readonly string[] {
  const heads = headsOf(rows, palette, gap);
  const cells = alignRows(
    rows.map((row) => row.cells),
    gap,
  );
  return rows.map((_, index) => `${heads[index] ?? ""}${gap}${cells[index] ?? ""}`.trimEnd());
}

/** `  ✓ step1   completed` */
function headsOf(rows: readonly JobRow[], palette: Palette, gap: string): readonly string[] {
  const [idWidth = 0, stateWidth = 0] = columnWidths(rows.map(({ id, state }) => [id, state]));
  return rows.map((row) => {
    const icon = paintState(row.state, row.icon, palette);
    return `  ${icon} ${padTo(row.id, idWidth)}${gap}${paintState(row.state, padTo(row.state, stateWidth), palette)}`;
  });
}

function fits(lines: readonly string[], columns: number): boolean {
  return lines.every((line) => stringWidth(line) < columns);
}

/** Cells after each other, on a line of their own where the one before is full. */
function flow(head: string, cells: readonly string[], columns: number): JobRowLines {
  const lines: [string, ...string[]] = [head];
  for (const cell of cells) {
    const last = lines.length - 1;
    const longer = `${lines[last]} ${cell}`;
    if (stringWidth(longer) < columns) lines[last] = longer;
    else lines.push(`      ${cell}`);
  }
  return lines;
}

function withNotes(rows: readonly JobRow[], lines: readonly string[]): readonly JobRowLines[] {
  return rows.map((row, index): JobRowLines => [lines[index] ?? "", ...notesOf(row)]);
}

function notesOf({ notes }: JobRow): readonly string[] {
  return notes.map((note) => `    └─ ${note}`);
}
