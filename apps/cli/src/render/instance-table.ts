import { fitRows } from "./fit-text.js";
import type { InstanceRow } from "./instance-row.js";
import type { Palette } from "./palette.js";
import { paintState } from "./state-tone.js";

interface Column {
  readonly heading: string;
  readonly cell: (row: InstanceRow, shown: (wallMs: number) => string, palette: Palette) => string;
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
  { heading: "QUEUE STATUS", cell: statusCell },
  { heading: "LAUNCHED", cell: (row, shown) => shown(Date.parse(row.launched_at)) },
  { heading: "ENDS", cell: endCell, isOfEc2: true },
];

function statusCell({ queue_status }: InstanceRow, _shown: unknown, palette: Palette): string {
  return queue_status === null ? "unreadable" : paintState(queue_status, queue_status, palette);
}

function endCell({ ttl_expires_at: end }: InstanceRow, shown: (wallMs: number) => string): string {
  if (end === undefined) return "-";
  return end === null ? "unreadable" : shown(Date.parse(end));
}

/**
 * `spawn list` as a table; what only EC2 tells has columns where there is something of it.
 *
 * @param shown writes a time for people
 * @param terminal its columns, where it goes to one
 */
export function instanceTable(
  rows: readonly InstanceRow[],
  shown: (wallMs: number) => string,
  palette: Palette,
  terminal?: number,
): string {
  const hasEc2 = rows.some(({ provider }) => provider === "ec2");
  const columns = COLUMNS.filter(({ isOfEc2 }) => hasEc2 || isOfEc2 === undefined);
  const headings = columns.map(({ heading }) => heading);
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row, shown, palette)));
  const lines = fitRows([headings, ...cells], terminal, (line, row) =>
    row === 0 ? palette.strong(line) : line,
  );
  return lines.join("\n");
}
