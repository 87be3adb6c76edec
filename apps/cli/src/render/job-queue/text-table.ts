import { columnWidths, padTo } from "../columns.js";
import type { Palette } from "../palette.js";

export interface TableColumn {
  readonly heading: string;
  /** With the gap to the next column; it grows with what is in it. */
  readonly width: number;
}

/** A table with a rule below its headings. @param paint colours a padded cell */
export function textTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  palette: Palette,
  paint: (cell: string, column: number, row: number) => string = (cell) => cell,
): string {
  const needed = columnWidths(rows);
  const last = columns.length - 1;
  const widths = columns.map(({ width }, column) =>
    Math.max(width, (needed[column] ?? 0) + (column === last ? 0 : 1)),
  );
  const line = (cells: readonly string[], row?: number): string =>
    cells
      .map((cell, column) => {
        const padded = column === last ? cell : padTo(cell, widths[column] ?? 0);
        return row === undefined ? padded : paint(padded, column, row);
      })
      .join("")
      .trimEnd();
  const rule = "-".repeat(widths.reduce((sum, width) => sum + width, 0));
  return [
    palette.strong(line(columns.map(({ heading }) => heading))),
    palette.faint(rule),
    ...rows.map((cells, row) => line(cells, row)),
  ].join("\n");
}
