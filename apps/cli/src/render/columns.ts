import sliceAnsi from "slice-ansi";
import stringWidth from "string-width";

/** Pads to a width in terminal columns, in which `é` is one and `日` is two. */
export function padTo(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}

/** Cuts to a width in terminal columns; colours end with what is left. */
export function cutTo(text: string, width: number): string {
  const cut = sliceAnsi(text, 0, width);
  // A wide character that only half fits is in the slice.
  return stringWidth(cut) <= width ? cut : sliceAnsi(text, 0, width - 1);
}

/** The width in terminal columns that each column of these rows needs. */
export function columnWidths(rows: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, stringWidth(cell));
    }
  }
  return widths;
}

/** Rows as lines with their columns aligned; nothing trails. */
export function alignRows(rows: readonly (readonly string[])[], gap = "   "): readonly string[] {
  const widths = columnWidths(rows);
  return rows.map((row) =>
    row
      .map((cell, column) => padTo(cell, widths[column] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}
