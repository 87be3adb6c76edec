import { columnWidths, padTo } from "./columns.js";
import type { InstanceRow } from "./instance-row.js";
import type { Palette } from "./palette.js";
import { paintState } from "./state-tone.js";

const GAP = "   ";

interface Column {
  readonly heading: string;
  readonly cell: (row: InstanceRow, shown: (wallMs: number) => string) => string;
  readonly isOfEc2?: true;
}

const COLUMNS: readonly Column[] = [
  { heading: "INSTANCE ID", cell: (row) => row.instance_id },
  { heading: "NAME", cell: (row) => row.name ?? "-" },
  { heading: "PROVIDER", cell: (row) => row.provider },
  { heading: "TYPE", cell: (row) => row.instance_type ?? "-", isOfEc2: true },
  { heading: "ZONE", cell: (row) => row.zone ?? "-", isOfEc2: true },
  { heading: "STATE", cell: (row) => row.state },
  { heading: "QUEUE", cell: (row) => row.queue_id || "-" },
  { heading: "QUEUE STATUS", cell: (row) => row.queue_status ?? "unreadable" },
  { heading: "LAUNCHED", cell: (row, shown) => shown(Date.parse(row.launched_at)) },
  { heading: "ENDS", cell: endCell, isOfEc2: true },
];

function endCell({ ttl_expires_at: end }: InstanceRow, shown: (wallMs: number) => string): string {
  if (end === undefined) return "-";
  return end === null ? "unreadable" : shown(Date.parse(end));
}

/** `spawn list` as a table; what only EC2 tells has columns where there is something of it. @param shown writes a time for people */
export function instanceTable(
  rows: readonly InstanceRow[],
  shown: (wallMs: number) => string,
  palette: Palette,
): string {
  const hasEc2 = rows.some(({ provider }) => provider === "ec2");
  const columns = COLUMNS.filter(({ isOfEc2 }) => hasEc2 || isOfEc2 === undefined);
  const headings = columns.map(({ heading }) => heading);
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row, shown)));
  const widths = columnWidths([headings, ...cells]);
  const statusColumn = headings.indexOf("QUEUE STATUS");
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
  const heading = headings
    .map((text, column) => padTo(text, widths[column] ?? 0))
    .join(GAP)
    .trimEnd();
  return [palette.strong(heading), ...lines].join("\n");
}
