import type { JobRow } from "@spawn/status-model";

/** Stands for rows that are not shown: `12 more: 8 completed, 4 pending` */
export function hiddenRows(rows: readonly JobRow[]): string {
  const counts = new Map<string, number>();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  return `${rows.length} more: ${[...counts].map(([state, count]) => `${count} ${state}`).join(", ")}`;
}
