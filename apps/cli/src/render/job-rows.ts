import type { JobRow } from "@spawn/status-model";
import { alignRows, columnWidths, padTo } from "./columns.js";
import type { Palette } from "./palette.js";
import { paintState } from "./state-tone.js";

/** A job's line, and those about its progress below it. */
type JobRowLines = readonly [string, ...string[]];

/** The rows of the job details, aligned with each other, two spaces in. */
export function jobRowLines(rows: readonly JobRow[], palette: Palette): readonly JobRowLines[] {
  const [idWidth = 0, stateWidth = 0] = columnWidths(rows.map(({ id, state }) => [id, state]));
  const cells = alignRows(rows.map((row) => row.cells));
  return rows.map((row, index) => {
    const icon = paintState(row.state, row.icon, palette);
    const state = paintState(row.state, padTo(row.state, stateWidth), palette);
    const line = `  ${icon} ${padTo(row.id, idWidth)}   ${state}   ${cells[index] ?? ""}`.trimEnd();
    return [line, ...row.notes.map((note) => `    └─ ${note}`)];
  });
}
