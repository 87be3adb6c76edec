import { columnWidths, padTo } from "./columns.js";
import type { InstanceRow } from "./instance-row.js";
import type { Palette } from "./palette.js";
import { paintState } from "./state-tone.js";

const HEADINGS = ["INSTANCE ID", "NAME", "PROVIDER", "STATE", "QUEUE", "QUEUE STATUS", "LAUNCHED"] as const;
const GAP = "   ";

/** `spawn list` as a table. @param shown writes a time for people */
export function instanceTable(
  rows: readonly InstanceRow[],
  shown: (wallMs: number) => string,
  palette: Palette,
): string {
  const cells = rows.map((row) => [
    row.instance_id,
    row.name ?? "-",
    row.provider,
    row.state,
    row.queue_id,
    row.queue_status ?? "unreadable",
    shown(Date.parse(row.launched_at)),
  ]);
  const widths = columnWidths([HEADINGS, ...cells]);
  const statusColumn = HEADINGS.indexOf("QUEUE STATUS");
  const lines = cells.map((line, index) =>
    line
      .map((cell, column) => {
        const padded = padTo(cell, widths[column] ?? 0);
        const status = rows[index]?.queue_status;
        return column === statusColumn && status ? paintState(status, padded, palette) : padded;
      })
      .join(GAP)
      .trimEnd(),
  );
  const heading = HEADINGS.map((cell, column) => padTo(cell, widths[column] ?? 0))
    .join(GAP)
    .trimEnd();
  return [palette.strong(heading), ...lines].join("\n");
}
